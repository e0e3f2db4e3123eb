package provider

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// listRequests are the list requests of the generated client by object.
var listRequests = map[string]any{
	"agyn_api_token":               client.ApiListApiTokensRequest{},
	"agyn_group_mapping":           client.ApiListGroupMappingsRequest{},
	"agyn_limit":                   client.ApiListLimitsRequest{},
	"agyn_organization_invitation": client.ApiListInvitationsRequest{},
	"agyn_llm_model":               client.ApiListModelsRequest{},
	"agyn_llm_provider":            client.ApiListLlmProvidersRequest{},
	"agyn_organization":            client.ApiListOrganizationsRequest{},
	"agyn_organization_member":     client.ApiListMembersRequest{},
	"agyn_secret":                  client.ApiListSecretsRequest{},
	"agyn_secret_provider":         client.ApiListSecretProvidersRequest{},
	"agyn_user":                    client.ApiListUsersRequest{},
}

// notFilters are the methods of list requests that filter nothing, and the filter by several ids.
var notFilters = []string{"page_size", "page_token", "execute", "id"}

func TestListsHaveAllFiltersOfTheContract(t *testing.T) {
	schema := schemaOf(t, serve(t))
	wordStart := regexp.MustCompile(`([a-z])([A-Z])`)
	for _, name := range objects {
		request := reflect.TypeOf(listRequests[name])
		for i := range request.NumMethod() {
			filter := strings.ToLower(wordStart.ReplaceAllString(request.Method(i).Name, "${1}_${2}"))
			if slices.Contains(notFilters, filter) {
				continue
			}
			for kind, attributes := range map[string][]*tfprotov6.SchemaAttribute{
				"data source": schema.DataSourceSchemas[name+"s"].Block.Attributes, "list resource": schema.ListResourceSchemas[name].Block.Attributes,
			} {
				if !slices.ContainsFunc(attributes, func(attribute *tfprotov6.SchemaAttribute) bool { return attribute.Name == filter }) {
					t.Errorf("the %s of %s has no filter %s", kind, name, filter)
				}
			}
		}
	}
}

func TestFiltersAreSentToTheServer(t *testing.T) {
	const id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	var sent []string
	listener := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		for name := range request.URL.Query() {
			sent = append(sent, name)
		}
		writer.Header().Set("Content-Type", "application/json")
		_, _ = writer.Write([]byte(`{"items":[],"next_page_token":null,"id":"` + id + `","username":"a","name":"a","email":null,"role":"user","home_organization_id":null,"memberships":[],"api_token_id":"` + id + `","organization_id":null,"scopes":["read"],"model_ids":null}`))
	}))
	t.Cleanup(listener.Close)
	server := serve(t)
	configure(t, server, listener.URL)
	for _, name := range objects {
		schema := schemaOf(t, server)
		values, want := map[string]string{}, []string{"page_size"}
		for _, attribute := range schema.ListResourceSchemas[name].Block.Attributes {
			values[attribute.Name] = map[string]string{"status": "orphaned", "role": "user", "state": "active"}[attribute.Name]
			if values[attribute.Name] == "" {
				values[attribute.Name] = id
			}
			// It is in the path, except of API tokens.
			if attribute.Name != "organization_id" || name == "agyn_api_token" {
				want = append(want, attribute.Name)
			}
		}
		lists := map[string]func() error{
			"data source": func() error {
				config := configuration(t, schema.DataSourceSchemas[name+"s"], values)
				_, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name + "s", Config: config})
				return err
			},
			"list resource": func() error {
				config := configuration(t, schema.ListResourceSchemas[name], values)
				stream, err := server.(tfprotov6.ListResourceServer).ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: name, Config: config})
				if err == nil {
					for range stream.Results {
						t.Errorf("%s has results", name)
					}
				}
				return err
			},
		}
		for kind, list := range lists {
			sent = nil
			if err := list(); err != nil {
				t.Fatal(err)
			}
			slices.Sort(sent)
			if slices.Sort(want); !slices.Equal(sent, want) {
				t.Errorf("the %s of %s sends %v, want %v", kind, name, sent, want)
			}
		}
	}
}

func TestEphemeralTokenLifetimeMustBePositive(t *testing.T) {
	server := serve(t)
	configure(t, server, fake(t, map[string]any{"/api/v1/me": callerWith("user")}))
	for _, lifetime := range []string{"0s", "-1h"} {
		config := configuration(t, schemaOf(t, server).EphemeralResourceSchemas["agyn_api_token"], map[string]string{"description": "CI", "lifetime": lifetime})
		opened, err := server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: "agyn_api_token", Config: config})
		if err != nil || len(opened.Diagnostics) != 1 || opened.Diagnostics[0].Attribute == nil {
			t.Errorf("%s: %v, %v", lifetime, err, opened.Diagnostics)
		}
	}
}
