package provider

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// States as the provider 0.1 wrote them, with the responses of a server of this version and the unchanged configuration.
var earlierStates = map[string]struct {
	state, config map[string]any
	path          string
	response      map[string]any
}{
	"agyn_api_token": {
		state: map[string]any{
			"id": acme, "user_id": other, "description": "CI", "organization_id": nil, "default_model_id": nil, "expires_at": nil, "prefix": "agyn_0123456",
			"token": "agyn_secret", "created_by_token_id": nil, "created_at": "2026-01-31T12:00:00Z", "timeouts": nil,
		},
		config: map[string]any{"description": "CI", "user_id": other},
		path:   "/api/v1/api-tokens/" + acme,
		response: map[string]any{
			"id": acme, "user_id": other, "description": "CI", "prefix": "agyn_0123456", "organization_id": nil, "expires_at": nil, "last_used_at": nil,
			"created_by_token_id": nil, "default_model_id": nil, "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
			"user_name": "Agent", "scopes": []string{"call_models", "read", "manage", "manage_tokens", "reveal"}, "model_ids": nil, "last_used_address": nil, "last_used_user_agent": nil,
		},
	},
	"agyn_user": {
		state: map[string]any{
			"id": acme, "name": "Payments", "email": "payments@acme.example", "role": "user", "state": "active", "created_at": "2026-01-31T12:00:00Z", "timeouts": nil,
		},
		config: map[string]any{"name": "Payments", "email": "payments@acme.example"},
		path:   "/api/v1/users/" + acme,
		response: map[string]any{
			"id": acme, "username": "payments", "name": "Payments", "email": "payments@acme.example", "role": "user", "state": "active", "oidc_subject": nil,
			"created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
		},
	},
	"agyn_organization_member": {
		state: map[string]any{
			"organization_id": acme, "user_id": other, "email": "payments@acme.example", "role": "member", "created_at": "2026-01-31T12:00:00Z", "timeouts": nil,
		},
		config: map[string]any{"organization_id": acme, "email": "payments@acme.example", "role": "member"},
		path:   "/api/v1/organizations/" + acme + "/members/" + other,
		response: map[string]any{
			"organization_id": acme, "user_id": other, "username": "payments", "name": "Payments", "email": "payments@acme.example", "state": "active",
			"role": "member", "source": "manual", "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
		},
	},
}

func TestStatesOfTheEarlierProviderPlanNothing(t *testing.T) {
	for name, earlier := range earlierStates {
		t.Run(name, func(t *testing.T) {
			server := serve(t)
			configure(t, server, fake(t, map[string]any{"/api/v1/me": callerWith("cluster_admin"), earlier.path: earlier.response}))
			raw, err := json.Marshal(earlier.state)
			if err != nil {
				t.Fatal(err)
			}
			upgraded, err := server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
				TypeName: name, Version: 0, RawState: &tfprotov6.RawState{JSON: raw},
			})
			if err != nil || len(upgraded.Diagnostics) > 0 {
				t.Fatal(err, upgraded.Diagnostics)
			}
			refreshed, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: upgraded.UpgradedState})
			if err != nil || len(refreshed.Diagnostics) > 0 {
				t.Fatal(err, refreshed.Diagnostics)
			}
			schema := schemaOf(t, server).ResourceSchemas[name]
			kind := schema.ValueType().(tftypes.Object)
			// Terraform proposes the prior values of computed attributes that the configuration omits.
			proposed := attributesOf(t, schema, refreshed.NewState)
			prior := maps.Clone(proposed)
			configured := configurationOf(t, schema, earlier.config)
			for attribute, value := range attributesOf(t, schema, configured) {
				if !value.IsNull() {
					proposed[attribute] = value
				}
			}
			next, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, proposed))
			if err != nil {
				t.Fatal(err)
			}
			planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
				TypeName: name, Config: configured, PriorState: refreshed.NewState, ProposedNewState: &next,
			})
			if err != nil || len(planned.Diagnostics) > 0 || len(planned.RequiresReplace) > 0 {
				t.Fatal(err, planned.Diagnostics, planned.RequiresReplace)
			}
			for attribute, value := range attributesOf(t, schema, planned.PlannedState) {
				if !value.Equal(prior[attribute]) {
					t.Errorf("%s changes from %s to %s", attribute, prior[attribute], value)
				}
			}
		})
	}
}
