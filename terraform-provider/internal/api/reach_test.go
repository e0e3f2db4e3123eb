package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

func TestReachFollowsRoleMembershipsAndBinding(t *testing.T) {
	const other = "0190a000-0000-7000-8000-00000000000f"
	user := idOf(1)
	for name, caller := range map[string]struct {
		role, membership, bound string
		reaches, reachesTokens  bool
	}{
		"a cluster admin":                          {role: "cluster_admin", reaches: true, reachesTokens: true},
		"a cluster admin with a token for it":      {role: "cluster_admin", bound: organization, reaches: true, reachesTokens: true},
		"a cluster admin with a token for another": {role: "cluster_admin", bound: other, reachesTokens: true},
		"a member":                         {role: "user", membership: organization, reaches: true},
		"a member of another organization": {role: "user", membership: other},
		"a member of another with a token for the other":    {role: "user", membership: other, bound: other},
		"a user with a role that this version doesn't know": {role: "auditor"},
	} {
		me := map[string]any{
			"id": idOf(2), "name": "a", "email": nil, "role": caller.role, "api_token_id": idOf(3), "organization_id": nil, "memberships": []any{},
		}
		if caller.bound != "" {
			me["organization_id"] = caller.bound
		}
		if caller.membership != "" {
			me["memberships"] = []any{map[string]any{"organization_id": caller.membership, "role": "owner"}}
		}
		client := asked(t, me)
		var unreached api.Explanation
		if err := client.RequireReach(t.Context(), organization, ""); errors.As(err, &unreached) == caller.reaches {
			t.Errorf("%s and the organization: %v", name, err)
		}
		if err := client.RequireReach(t.Context(), "", user); (err == nil) != caller.reachesTokens {
			t.Errorf("%s and the tokens of another user: %v", name, err)
		}
		if err := client.RequireReach(t.Context(), "", idOf(2)); err != nil {
			t.Errorf("%s and their own tokens: %v", name, err)
		}
	}
}

// asked is a client of a server that returns one JSON body for every request.
func asked(t *testing.T, body any) *api.Client {
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
