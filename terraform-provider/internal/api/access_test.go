package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

func TestAccessFollowsRoleMembershipAndBinding(t *testing.T) {
	const other = "0190a000-0000-7000-8000-00000000000f"
	user := idOf(1)
	for name, caller := range map[string]struct {
		role, membership, bound string
		access, tokenAccess     bool
	}{
		"a cluster admin":                          {role: "cluster_admin", access: true, tokenAccess: true},
		"a cluster admin with a bound token":       {role: "cluster_admin", bound: organization, access: true, tokenAccess: true},
		"a cluster admin with a token for another": {role: "cluster_admin", bound: other, tokenAccess: true},
		"a member":                               {role: "user", membership: organization, access: true},
		"a member of another organization":       {role: "user", membership: other},
		"a member of another with a bound token": {role: "user", membership: other, bound: other},
		"a user with an unknown role":            {role: "auditor"},
	} {
		me := map[string]any{
			"id": idOf(2), "username": "a", "name": "a", "email": nil, "role": caller.role, "home_organization_id": nil, "api_token_id": idOf(3), "organization_id": nil, "memberships": []any{},
			"scopes": []string{"read"}, "model_ids": nil,
		}
		if caller.bound != "" {
			me["organization_id"] = caller.bound
		}
		if caller.membership != "" {
			me["memberships"] = []any{map[string]any{"organization_id": caller.membership, "role": "owner"}}
		}
		client := clientOf(t, me)
		var noAccess api.UserError
		if err := client.RequireAccess(t.Context(), organization, ""); errors.As(err, &noAccess) == caller.access {
			t.Errorf("%s and the organization: %v", name, err)
		}
		if err := client.RequireAccess(t.Context(), "", user); (err == nil) != caller.tokenAccess {
			t.Errorf("%s and the tokens of another user: %v", name, err)
		}
		if err := client.RequireAccess(t.Context(), "", idOf(2)); err != nil {
			t.Errorf("%s and their own tokens: %v", name, err)
		}
	}
}

// clientOf is a client of a server that returns one JSON body for every request.
func clientOf(t *testing.T, body any) *api.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(writer).Encode(body)
	}))
	t.Cleanup(server.Close)
	caller, err := api.New(api.Settings{Gateway: server.URL, Token: "agyn_test"})
	if err != nil {
		t.Fatal(err)
	}
	return caller
}
