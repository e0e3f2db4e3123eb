package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const (
	acme  = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	other = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7eaa"
)

func TestInsecureSkipVerifyAcceptsAnyCertificateWithAWarning(t *testing.T) {
	gateway := httptest.NewTLSServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(writer).Encode(callerWith("user"))
	}))
	t.Cleanup(gateway.Close)
	for insecure, want := range map[bool]struct {
		severity tfprotov6.DiagnosticSeverity
		summary  string
	}{
		true:  {tfprotov6.DiagnosticSeverityWarning, "The server's certificate is not verified"},
		false: {tfprotov6.DiagnosticSeverityError, "Cannot connect to the server"},
	} {
		server := serve(t)
		diagnostics := configureWith(t, server, map[string]any{"gateway": gateway.URL, "token": "agyn_test", "insecure_skip_verify": insecure})
		if len(diagnostics) != 1 || diagnostics[0].Severity != want.severity || diagnostics[0].Summary != want.summary || diagnostics[0].Attribute == nil {
			t.Errorf("insecure_skip_verify = %t: %v", insecure, diagnostics)
		}
	}
}

func TestInvalidOrganizationInTheEnvironmentIsRejected(t *testing.T) {
	t.Setenv("AGYN_ORGANIZATION_ID", "acme")
	diagnostics := configureWithErrors(t, serve(t), fake(t, map[string]any{"/api/v1/me": callerWith("user")}))
	if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Detail, "AGYN_ORGANIZATION_ID") {
		t.Errorf("%v", diagnostics)
	}
}

func TestOmittedOrganizationIsTheProvidersOne(t *testing.T) {
	gateway := fake(t, map[string]any{
		"/api/v1/me": callerWith("user"),
		"/api/v1/organizations/" + acme + "/secrets": map[string]any{"items": []any{secretNumber(acme, "1")}, "next_page_token": nil},
	})
	server := serve(t)
	if diagnostics := configureWith(t, server, map[string]any{"gateway": gateway, "token": "agyn_test", "organization_id": acme}); len(diagnostics) > 0 {
		t.Fatal(diagnostics[0])
	}
	schema := schemaOf(t, server)
	for name, values := range map[string]map[string]string{"agyn_secret": {"name": "key-1"}, "agyn_secrets": nil} {
		read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: name, Config: configuration(t, schema.DataSourceSchemas[name], values),
		})
		if err != nil || len(read.Diagnostics) > 0 {
			t.Fatal(name, err, read.Diagnostics)
		}
		if organization := attributesOf(t, schema.DataSourceSchemas[name], read.State)["organization_id"]; !organization.Equal(tftypes.NewValue(tftypes.String, acme)) {
			t.Errorf("%s is in %s", name, organization)
		}
	}
	if found := find(t, server, "agyn_secret", "", 0, true); len(found) != 1 {
		t.Errorf("the list resource finds %v", found)
	}
}

func TestMissingOrganizationNamesTheRemedies(t *testing.T) {
	server := serve(t)
	configure(t, server, fake(t, map[string]any{"/api/v1/me": callerWith("user")}))
	schema := schemaOf(t, server)
	var found []*tfprotov6.Diagnostic
	for _, name := range []string{"agyn_secrets", "agyn_llm_models", "agyn_usage"} {
		read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: configuration(t, schema.DataSourceSchemas[name], nil)})
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, read.Diagnostics...)
	}
	config := configuration(t, schema.ResourceSchemas["agyn_secret"], map[string]string{"name": "key", "value": "sk"})
	kind := schema.ResourceSchemas["agyn_secret"].ValueType()
	nothing, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, nil))
	if err != nil {
		t.Fatal(err)
	}
	planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "agyn_secret", Config: config, ProposedNewState: config, PriorState: &nothing,
	})
	if err != nil {
		t.Fatal(err)
	}
	found = append(found, planned.Diagnostics...)
	if len(found) != 4 {
		t.Fatalf("%v", found)
	}
	for _, diagnostic := range found {
		if diagnostic.Attribute == nil || !strings.Contains(diagnostic.Detail, "AGYN_ORGANIZATION_ID") {
			t.Errorf("%v", diagnostic)
		}
	}
}

func TestImportByIDAloneFindsTheOrganization(t *testing.T) {
	found := secretNumber(acme, "1")
	id := found["id"].(string)
	gateway := fake(t, map[string]any{
		"/api/v1/me":            callerWith("user"),
		"/api/v1/organizations": map[string]any{"next_page_token": nil, "items": []any{organizationNamed(other, "Other"), organizationNamed(acme, "Acme")}},
		"/api/v1/organizations/" + acme + "/secrets/" + id: found,
	})
	server := serve(t)
	configure(t, server, gateway)
	schema := schemaOf(t, server).ResourceSchemas["agyn_secret"]

	imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: "agyn_secret", ID: id})
	if err != nil || len(imported.Diagnostics) > 0 {
		t.Fatal(err, imported.Diagnostics)
	}
	attributes := attributesOf(t, schema, imported.ImportedResources[0].State)
	if !attributes["organization_id"].Equal(tftypes.NewValue(tftypes.String, acme)) || !attributes["id"].Equal(tftypes.NewValue(tftypes.String, id)) {
		t.Errorf("imported %v", attributes)
	}

	identity := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"organization_id": tftypes.String, "id": tftypes.String}}
	given, err := tfprotov6.NewDynamicValue(identity, tftypes.NewValue(identity, map[string]tftypes.Value{
		"organization_id": tftypes.NewValue(tftypes.String, nil), "id": tftypes.NewValue(tftypes.String, id),
	}))
	if err != nil {
		t.Fatal(err)
	}
	byIdentity, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: "agyn_secret", Identity: &tfprotov6.ResourceIdentityData{IdentityData: &given},
	})
	if err != nil || len(byIdentity.Diagnostics) > 0 {
		t.Fatal(err, byIdentity.Diagnostics)
	}
	completed, err := byIdentity.ImportedResources[0].Identity.IdentityData.Unmarshal(identity)
	if err != nil || !completed.Equal(tftypes.NewValue(identity, map[string]tftypes.Value{
		"organization_id": tftypes.NewValue(tftypes.String, acme), "id": tftypes.NewValue(tftypes.String, id),
	})) {
		t.Errorf("the identity is %v (%v)", completed, err)
	}

	unknown, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: "agyn_secret", ID: other})
	if err != nil || len(unknown.Diagnostics) != 1 || unknown.Diagnostics[0].Summary != "The object does not exist" {
		t.Errorf("%v, %v", err, unknown.Diagnostics)
	}
	member, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: "agyn_organization_member", ID: other})
	if err != nil || len(member.Diagnostics) != 1 || !strings.Contains(member.Diagnostics[0].Detail, "<organization_id>/<user_id>") {
		t.Errorf("%v, %v", err, member.Diagnostics)
	}
}

func TestModelActionReportsTheModelsResponse(t *testing.T) {
	const model = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7ebb"
	result := map[string]any{
		"succeeded": true, "failure": nil, "explanation": nil, "status": 200, "text": "Hello!", "body": "{}", "body_truncated": false, "duration_ms": 12.4,
		"input_tokens": 3, "cached_input_tokens": 0, "cache_write_tokens": 0, "output_tokens": 2, "reasoning_tokens": 0, "request_id": "r-1",
	}
	test := func() ([]string, []*tfprotov6.Diagnostic) {
		server := serve(t)
		gateway := fake(t, map[string]any{
			"/api/v1/me": callerWith("user"), "/api/v1/organizations/" + acme + "/models/" + model + "/test": result,
		})
		if diagnostics := configureWith(t, server, map[string]any{"gateway": gateway, "token": "agyn_test", "organization_id": acme}); len(diagnostics) > 0 {
			t.Fatal(diagnostics[0])
		}
		actions, ok := server.(tfprotov6.ActionServer)
		if !ok {
			t.Fatal("the provider has no actions")
		}
		config := configuration(t, schemaOf(t, server).ActionSchemas["agyn_test_llm_model"].Schema, map[string]string{"model_id": model})
		stream, err := actions.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: "agyn_test_llm_model", Config: config})
		if err != nil {
			t.Fatal(err)
		}
		var messages []string
		var diagnostics []*tfprotov6.Diagnostic
		for event := range stream.Events {
			switch event := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				messages = append(messages, event.Message)
			case tfprotov6.CompletedInvokeActionEventType:
				diagnostics = event.Diagnostics
			}
		}
		return messages, diagnostics
	}
	if messages, diagnostics := test(); len(messages) != 1 || messages[0] != "The model responded in 12 ms: Hello!" || len(diagnostics) > 0 {
		t.Errorf("%v, %v", messages, diagnostics)
	}
	result["succeeded"], result["failure"], result["explanation"] = false, "credentials_refused", "The LLM provider refuses the credentials."
	result["status"], result["body"], result["text"] = 401, `{"error":"invalid key"}`, nil
	messages, diagnostics := test()
	if len(messages) > 0 || len(diagnostics) != 1 || diagnostics[0].Attribute == nil {
		t.Fatalf("%v, %v", messages, diagnostics)
	}
	for _, part := range []string{"The LLM provider refuses the credentials.", "status 401", `{"error":"invalid key"}`, "r-1"} {
		if !strings.Contains(diagnostics[0].Detail, part) {
			t.Errorf("the error lacks %s: %s", part, diagnostics[0].Detail)
		}
	}
}

func organizationNamed(id, name string) map[string]any {
	return map[string]any{
		"id": id, "name": name, "slug": strings.ToLower(name), "default_model_id": nil, "time_zone": "UTC", "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
	}
}
