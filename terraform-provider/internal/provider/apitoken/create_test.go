package apitoken

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
)

const (
	lostID    = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e01"
	createdID = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e02"
)

func TestTokenWithLostPlaintextIsRevokedAndReplaced(t *testing.T) {
	for name, revocation := range map[string]int{"revoked": http.StatusNoContent, "not revoked": http.StatusForbidden} {
		t.Run(name, func(t *testing.T) {
			var keys, revoked []string
			server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
				writer.Header().Set("Content-Type", "application/json")
				if request.Method == http.MethodDelete {
					revoked = append(revoked, request.URL.Path)
					writer.WriteHeader(revocation)
					return
				}
				keys = append(keys, request.Header.Get("Idempotency-Key"))
				token := map[string]any{
					"id": lostID, "user_id": lostID, "description": "CI", "prefix": "agyn_0123456", "user_name": "Agent", "scopes": []string{"call_models"}, "model_ids": nil,
					"last_used_address": nil, "last_used_user_agent": nil, "organization_id": nil, "expires_at": nil,
					"last_used_at": nil, "created_by_token_id": nil, "default_model_id": nil, "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
				}
				if len(keys) > 1 {
					token["id"], token["token"] = createdID, "agyn_01234567890123456789012345678901234567890123"
				}
				writer.WriteHeader(http.StatusCreated)
				_ = json.NewEncoder(writer).Encode(token)
			}))
			defer server.Close()
			with, err := api.New(api.Settings{Gateway: server.URL, Token: "agyn_test"})
			if err != nil {
				t.Fatal(err)
			}

			var diagnostics diag.Diagnostics
			created := create(t.Context(), with, client.ApiTokenCreate{Description: "CI"}, &diagnostics)

			if len(revoked) != 1 || revoked[0] != "/api/v1/api-tokens/"+lostID {
				t.Errorf("revoked: %v", revoked)
			}
			if revocation != http.StatusNoContent {
				if created != nil || !diagnostics.HasError() {
					t.Errorf("%v, %v", created, diagnostics)
				}
				return
			}
			if created == nil || created.Id != createdID || created.Token == nil || diagnostics.HasError() {
				t.Errorf("%v, %v", created, diagnostics)
			}
			if len(keys) != 2 || keys[0] == keys[1] {
				t.Errorf("keys: %v", keys)
			}
		})
	}
}
