package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var objects = []string{
	"agyn_api_token", "agyn_group_mapping", "agyn_limit", "agyn_llm_model", "agyn_llm_provider", "agyn_organization", "agyn_organization_invitation", "agyn_organization_member", "agyn_secret", "agyn_secret_provider",
	"agyn_user",
}

func TestEveryObjectHasAllResourceAndDataSourceTypes(t *testing.T) {
	schema := schemaOf(t, serve(t))
	for _, object := range objects {
		if schema.ResourceSchemas[object] == nil || schema.DataSourceSchemas[object] == nil ||
			schema.DataSourceSchemas[object+"s"] == nil || schema.ListResourceSchemas[object] == nil {
			t.Errorf("%s lacks a resource or data source", object)
		}
	}
	for _, ephemeral := range []string{"agyn_api_token", "agyn_secret_value"} {
		if schema.EphemeralResourceSchemas[ephemeral] == nil {
			t.Errorf("ephemeral %s is missing", ephemeral)
		}
	}
}

func TestEveryAttributeIsDescribed(t *testing.T) {
	schema := schemaOf(t, serve(t))
	assertDescribed(t, "provider", schema.Provider.Block)
	for kind, schemas := range map[string]map[string]*tfprotov6.Schema{
		"resource": schema.ResourceSchemas, "data source": schema.DataSourceSchemas, "ephemeral": schema.EphemeralResourceSchemas, "list": schema.ListResourceSchemas,
	} {
		for name, schema := range schemas {
			if schema.Block.Description == "" {
				t.Errorf("%s %s is not described", kind, name)
			}
			assertDescribed(t, kind+" "+name, schema.Block)
		}
	}
}

func assertDescribed(t *testing.T, where string, block *tfprotov6.SchemaBlock) {
	t.Helper()
	attributes := slices.Clone(block.Attributes)
	for i := 0; i < len(attributes); i++ {
		if attributes[i].Description == "" {
			t.Errorf("%s: %s is not described", where, attributes[i].Name)
		}
		if attributes[i].NestedType != nil {
			attributes = append(attributes, attributes[i].NestedType.Attributes...)
		}
	}
	for _, nested := range block.BlockTypes {
		assertDescribed(t, where+"."+nested.TypeName, nested.Block)
	}
}

func TestCredentialsAreSensitiveAndWriteOnly(t *testing.T) {
	schema := schemaOf(t, serve(t))
	for resource, names := range map[string][]string{
		"agyn_secret": {"value", "value_wo"}, "agyn_llm_provider": {"token", "token_wo", "custom_headers", "custom_headers_wo"}, "agyn_api_token": {"token"},
		"agyn_secret_provider": {"token", "token_wo", "secret_id", "secret_id_wo"},
	} {
		attributes := schema.ResourceSchemas[resource].Block.Attributes
		for _, attribute := range attributes {
			if attribute.NestedType != nil {
				attributes = append(attributes, attribute.NestedType.Attributes...)
			}
		}
		found := 0
		for _, attribute := range attributes {
			if slices.Contains(names, attribute.Name) {
				found++
			}
			if slices.Contains(names, attribute.Name) && (!attribute.Sensitive || attribute.WriteOnly != strings.HasSuffix(attribute.Name, "_wo")) {
				t.Errorf("%s.%s: sensitive %t, write-only %t", resource, attribute.Name, attribute.Sensitive, attribute.WriteOnly)
			}
		}
		if found != len(names) {
			t.Errorf("%s has %d of %v", resource, found, names)
		}
	}
}

// Many Terraform CLIs are too old for terraform query, so this test uses the protocol.
func TestListResourceReturnsIdentitiesUpToTheLimit(t *testing.T) {
	organization := "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	server := serve(t)
	configure(t, server, fake(t, map[string]any{
		"/api/v1/me": callerWith("cluster_admin"),
		"/api/v1/organizations/" + organization + "/secrets": map[string]any{
			"items":           []any{secretNumber(organization, "1"), secretNumber(organization, "2")},
			"next_page_token": "p2",
		},
		"/api/v1/organizations/" + organization + "/secrets?p2": map[string]any{"items": []any{secretNumber(organization, "3")}, "next_page_token": nil},
	}))
	for limit, wanted := range map[int64][]string{0: {"key-1", "key-2", "key-3"}, 1: {"key-1"}, 2: {"key-1", "key-2"}} {
		for _, whole := range []bool{true, false} {
			found := find(t, server, "agyn_secret", organization, limit, whole)
			var names []string
			for _, result := range found {
				names = append(names, result.DisplayName)
				if result.Identity == nil || (result.Resource != nil) != whole {
					t.Errorf("%s: identity %v, resource %v", result.DisplayName, result.Identity, result.Resource)
				}
			}
			if !slices.Equal(names, wanted) {
				t.Errorf("limit %d: found %v", limit, names)
			}
		}
	}
}

func TestListResourceReturnsSecretProvidersWithoutCredentials(t *testing.T) {
	organization := "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	server := serve(t)
	configure(t, server, fake(t, map[string]any{
		"/api/v1/me": callerWith("cluster_admin"),
		"/api/v1/organizations/" + organization + "/secret-providers": map[string]any{
			"next_page_token": nil,
			"items": []any{map[string]any{
				"id": organization, "organization_id": organization, "name": "vault-prod", "description": nil, "type": "vault",
				"config": map[string]any{"address": "http://vault:8200", "namespace": nil, "ca_certificate": nil, "auth_method": "approle",
					"role_id": "r", "approle_mount": "approle"},
				"credentials_fingerprint": strings.Repeat("a", 32), "secret_count": 0, "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
			}},
		},
	}))
	found := find(t, server, "agyn_secret_provider", organization, 0, true)
	if len(found) != 1 || found[0].DisplayName != "vault-prod" {
		t.Fatalf("%v", found)
	}
	config := attributesOf(t, schemaOf(t, server).ResourceSchemas["agyn_secret_provider"], found[0].Resource)["config"]
	var attributes map[string]tftypes.Value
	if err := config.As(&attributes); err != nil {
		t.Fatal(err)
	}
	for name, value := range attributes {
		if set := name == "address" || name == "role_id" || name == "approle_mount"; value.IsNull() == set {
			t.Errorf("%s is %v", name, value)
		}
	}
}

// Attributes that a release adds are missing in the state of an earlier one.
func TestStateWithoutTheRemoteAttributesIsReadable(t *testing.T) {
	server := serve(t)
	upgraded, err := server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: "agyn_secret", Version: 0, RawState: &tfprotov6.RawState{JSON: []byte(`{
			"id": "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e81", "organization_id": "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f", "name": "key", "description": null,
			"value": "sk", "value_wo": null, "value_wo_version": null, "version": 1, "fingerprint": "f", "created_at": "2026-01-31T12:00:00Z", "timeouts": null
		}`)},
	})
	if err != nil || len(upgraded.Diagnostics) > 0 {
		t.Fatal(err, upgraded.Diagnostics)
	}
	attributes := attributesOf(t, schemaOf(t, server).ResourceSchemas["agyn_secret"], upgraded.UpgradedState)
	if !attributes["remote_path"].IsNull() || attributes["value"].IsNull() {
		t.Errorf("%v", attributes)
	}
}

func TestIncompatibleServerIsNamed(t *testing.T) {
	for name, responses := range map[string]map[string]any{
		"no such path": {},
		"another API":  {"/api/v1/me": map[string]any{"sub": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			diagnostics := configureWithErrors(t, serve(t), fake(t, responses))
			if len(diagnostics) != 1 || diagnostics[0].Summary != "Incompatible server version" || diagnostics[0].Attribute == nil {
				t.Errorf("%v", diagnostics)
			}
		})
	}
}

func TestUnknownFieldsAndEnumValuesAreAccepted(t *testing.T) {
	organization := "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	me, secret := callerWith("auditor"), secretNumber(organization, "1")
	me["mfa"] = true
	secret["storage"], secret["tags"] = "vault", []string{"new"}
	server := serve(t)
	configure(t, server, fake(t, map[string]any{
		"/api/v1/me": me,
		"/api/v1/organizations/" + organization + "/secrets": map[string]any{
			"items": []any{secret}, "next_page_token": nil, "total": 1,
		},
	}))
	if found := find(t, server, "agyn_secret", organization, 0, true); len(found) != 1 || found[0].DisplayName != "key-1" {
		t.Errorf("%v", found)
	}
}

// The state of an administrator may contain the tokens of many agents.
func TestTokensOfOtherUsersAreRefreshedByPages(t *testing.T) {
	const count, agent = 60, "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8a"
	id := func(number int) string { return fmt.Sprintf("0198f2f0-7a3b-7c1d-9e2f-%012d", number) }
	token := func(number int) map[string]any {
		return map[string]any{
			"id": id(number), "user_id": agent, "description": "CI", "prefix": "agyn_0123456", "organization_id": nil, "expires_at": nil, "last_used_at": nil,
			"user_name": "Agent", "scopes": []string{"call_models"}, "model_ids": nil, "last_used_address": nil, "last_used_user_agent": nil,
			"created_by_token_id": nil, "default_model_id": nil, "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
		}
	}
	var calls int
	responses := map[string]any{"/api/v1/me": callerWith("cluster_admin")}
	var tokens []any
	for number := range count {
		responses["/api/v1/api-tokens/"+id(number)] = token(number)
		tokens = append(tokens, token(number))
	}
	listener := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		calls++
		body := responses[request.URL.Path]
		if request.URL.Path == "/api/v1/api-tokens" {
			body = map[string]any{"items": []any{}, "next_page_token": nil}
			if request.URL.Query().Get("user_id") == agent {
				body = map[string]any{"items": tokens, "next_page_token": nil}
			}
		}
		writer.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(writer).Encode(body)
	}))
	t.Cleanup(listener.Close)
	server := serve(t)
	configure(t, server, listener.URL)
	schema := schemaOf(t, server).ResourceSchemas["agyn_api_token"]
	for number := range count {
		state := configuration(t, schema, map[string]string{"id": id(number), "user_id": agent, "description": "CI"})
		read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: "agyn_api_token", CurrentState: state})
		if err != nil || len(read.Diagnostics) > 0 {
			t.Fatal(err, read.Diagnostics)
		}
	}
	if calls > 20 {
		t.Errorf("%d tokens took %d calls", count, calls)
	}
}

func TestTokenMayEndWithALineBreak(t *testing.T) {
	gateway := fake(t, map[string]any{"/api/v1/me": callerWith("user")})
	for _, token := range []string{"agyn_test\n", "agyn_test\r\n", " agyn_test "} {
		if diagnostics := configureWithToken(t, serve(t), gateway+"\n", token); len(diagnostics) > 0 {
			t.Errorf("%q: %v", token, diagnostics[0])
		}
	}
	for _, token := range []string{"agyn_one\nagyn_two", "agyn test", "agyn_t\u00e9st"} {
		diagnostics := configureWithToken(t, serve(t), gateway, token)
		if len(diagnostics) != 1 || diagnostics[0].Summary != "The token is invalid" || diagnostics[0].Attribute == nil || strings.Contains(diagnostics[0].Detail, "agyn_") {
			t.Errorf("%q: %v", token, diagnostics)
		}
	}
}

func TestInvalidIDIsRejectedBeforeTheRequest(t *testing.T) {
	server := serve(t)
	configure(t, server, fake(t, map[string]any{"/api/v1/me": callerWith("user")}))
	for _, name := range objects {
		for _, id := range []string{"acme", "acme/gpt-4o", "0198F2F0-7A3B-7C1D-9E2F-3A4B5C6D7E8F"} {
			imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: name, ID: id})
			if err != nil || len(imported.Diagnostics) == 0 || !strings.Contains(imported.Diagnostics[0].Detail, "UUID") {
				t.Errorf("import of %s %q: %v, %v", name, id, err, imported.Diagnostics)
			}
		}
	}
	organization := "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	for _, name := range []string{"agyn_llm_model", "agyn_llm_provider", "agyn_organization", "agyn_secret", "agyn_secret_provider", "agyn_user"} {
		for attribute, value := range map[string]string{"id": "gpt-4o", "name": ""} {
			given := map[string]string{attribute: value}
			if name != "agyn_organization" && name != "agyn_user" {
				given["organization_id"] = organization
			}
			config := configuration(t, schemaOf(t, server).DataSourceSchemas[name], given)
			validated, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
			if err != nil || len(validated.Diagnostics) == 0 || validated.Diagnostics[0].Attribute == nil {
				t.Errorf("data %s %s = %q: %v, %v", name, attribute, value, err, validated.Diagnostics)
			}
		}
	}
}

// callerWith returns the caller with a role, as in /me.
func callerWith(role string) map[string]any {
	id := "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	return map[string]any{
		"id": id, "username": "a", "name": "a", "email": nil, "role": role, "memberships": []any{}, "api_token_id": id, "organization_id": nil,
		"home_organization_id": nil,
		"scopes":               []string{"read", "manage"}, "model_ids": nil,
	}
}

func TestRateLimitedTokenIsReportedAtOnce(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "application/problem+json")
		writer.Header().Set("Retry-After", "60")
		writer.WriteHeader(http.StatusTooManyRequests)
		_, _ = fmt.Fprint(writer, `{"type":"about:blank","title":"Too Many Requests","status":429,"code":"too_many_requests","detail":"Wait a minute.","request_id":"r"}`)
	}))
	t.Cleanup(server.Close)
	start := time.Now()
	diagnostics := configureWithErrors(t, serve(t), server.URL)
	if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Detail, "Wait a minute.") || time.Since(start) > 10*time.Second {
		t.Errorf("after %s: %v", time.Since(start), diagnostics)
	}
}

func TestRedirectingGatewayIsReported(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		http.Redirect(writer, request, "https://agyn.example.com"+request.URL.Path, http.StatusMovedPermanently)
	}))
	t.Cleanup(server.Close)
	diagnostics := configureWithErrors(t, serve(t), server.URL)
	if len(diagnostics) != 1 || diagnostics[0].Summary != "The gateway redirects" || !strings.Contains(diagnostics[0].Detail, "set gateway to https://agyn.example.com.") {
		t.Errorf("%v", diagnostics)
	}
}

func secretNumber(organization, number string) map[string]any {
	return map[string]any{
		"id": "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8" + number, "organization_id": organization, "name": "key-" + number, "description": nil,
		"storage": "local", "provider_id": nil, "remote_path": nil, "remote_key": nil, "read_version": nil, "read_at": nil,
		"last_error": nil, "last_error_at": nil, "version": 1, "fingerprint": strings.Repeat("a", 32), "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
	}
}

// fake is a server with fixed responses by path and page token.
func fake(t *testing.T, responses map[string]any) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		path := request.URL.Path
		if token := request.URL.Query().Get("page_token"); token != "" {
			path += "?" + token
		}
		body, ok := responses[path]
		writer.Header().Set("Content-Type", "application/json")
		if !ok {
			writer.WriteHeader(http.StatusNotFound)
			body = map[string]any{"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found", "detail": "It does not exist.", "request_id": "r"}
		}
		_ = json.NewEncoder(writer).Encode(body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func serve(t *testing.T) tfprotov6.ProviderServer {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func schemaOf(t *testing.T, server tfprotov6.ProviderServer) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	schema, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schema.Diagnostics) > 0 {
		t.Fatal(err, schema.Diagnostics)
	}
	return schema
}

func configure(t *testing.T, server tfprotov6.ProviderServer, gateway string) {
	t.Helper()
	if diagnostics := configureWithErrors(t, server, gateway); len(diagnostics) > 0 {
		t.Fatal(fmt.Sprint(diagnostics[0]))
	}
}

func configureWithErrors(t *testing.T, server tfprotov6.ProviderServer, gateway string) []*tfprotov6.Diagnostic {
	t.Helper()
	return configureWithToken(t, server, gateway, "agyn_test")
}

func configureWithToken(t *testing.T, server tfprotov6.ProviderServer, gateway, token string) []*tfprotov6.Diagnostic {
	t.Helper()
	return configureWith(t, server, map[string]any{"gateway": gateway, "token": token})
}

func configureWith(t *testing.T, server tfprotov6.ProviderServer, attributes map[string]any) []*tfprotov6.Diagnostic {
	t.Helper()
	config := configurationOf(t, schemaOf(t, server).Provider, attributes)
	response, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: "1.14.0"})
	if err != nil {
		t.Fatal(err)
	}
	return response.Diagnostics
}

func find(t *testing.T, server tfprotov6.ProviderServer, name, organization string, limit int64, whole bool) []tfprotov6.ListResourceResult {
	t.Helper()
	lists, ok := server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the provider has no list resources")
	}
	var filters map[string]string
	if organization != "" {
		filters = map[string]string{"organization_id": organization}
	}
	config := configuration(t, schemaOf(t, server).ListResourceSchemas[name], filters)
	stream, err := lists.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: name, Config: config, Limit: limit, IncludeResource: whole})
	if err != nil {
		t.Fatal(err)
	}
	var results []tfprotov6.ListResourceResult
	for result := range stream.Results {
		if len(result.Diagnostics) > 0 {
			t.Fatal(fmt.Sprint(result.Diagnostics[0]))
		}
		results = append(results, result)
	}
	return results
}

// attributesOf decodes a state.
func attributesOf(t *testing.T, schema *tfprotov6.Schema, state *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	value, err := state.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		t.Fatal(err)
	}
	return attributes
}

// configuration returns a configuration with only these strings.
func configuration(t *testing.T, schema *tfprotov6.Schema, texts map[string]string) *tfprotov6.DynamicValue {
	t.Helper()
	attributes := map[string]any{}
	for name, text := range texts {
		attributes[name] = text
	}
	return configurationOf(t, schema, attributes)
}

// configurationOf returns a configuration with only these attributes.
func configurationOf(t *testing.T, schema *tfprotov6.Schema, attributes map[string]any) *tfprotov6.DynamicValue {
	t.Helper()
	kind := schema.ValueType().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, attribute := range kind.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, attributes[name])
	}
	config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, values))
	if err != nil {
		t.Fatal(err)
	}
	return &config
}
