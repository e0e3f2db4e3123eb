package acceptance

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// After an import, only credentials are left to set, because the server does not return them. Their fingerprints are unknown
// until then: the configured credentials may differ from the server's.
func TestAccImportPlansOnlyCredentials(t *testing.T) {
	acceptance(t)
	token, headers := newStack(), newStack()
	token.credentials = `token = "sk-inline"`
	headers.authMethod, headers.credentials = "custom_headers", `custom_headers = { "X-Key" = "k" }`
	ofProvider := func(credential ...string) []plancheck.PlanCheck {
		return []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(llmProvider, plancheck.ResourceActionUpdate),
			changesOnly{llmProvider, append(credential, "credentials_fingerprint")},
		}
	}
	writeOnly, tokenWO := newStack(), newStack()
	writeOnly.value, writeOnly.authMethod = `value_wo = "sk-one"`, "custom_headers"
	writeOnly.credentials = `custom_headers_wo = { "X-Key" = "k" }`
	tokenWO.value = "value_wo = \"sk-one\"\nvalue_wo_version = 1"
	tokenWO.credentials = `token_wo = "sk-inline"`
	for name, imported := range map[string]struct {
		stack    stack
		provider []plancheck.PlanCheck
		secret   []string
	}{
		"with a secret":       {newStack(), []plancheck.PlanCheck{plancheck.ExpectResourceAction(llmProvider, plancheck.ResourceActionNoop)}, []string{"value"}},
		"with a token":        {token, ofProvider("token"), []string{"value"}},
		"with custom headers": {headers, ofProvider("custom_headers"), []string{"value"}},
		"with all write-only": {writeOnly, ofProvider(), nil},
		"with a version":      {tokenWO, ofProvider(), []string{"value_wo_version"}},
	} {
		t.Run(name, func(t *testing.T) {
			config := imported.stack.hcl() + createElsewhere(t, imported.stack)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				CheckDestroy:             isGone,
				Steps: []resource.TestStep{{
					Config: config,
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PreApply: append(imported.provider,
							plancheck.ExpectResourceAction(organization, plancheck.ResourceActionNoop),
							plancheck.ExpectResourceAction(llmModel, plancheck.ResourceActionNoop),
							plancheck.ExpectResourceAction(secret, plancheck.ResourceActionUpdate),
							changesOnly{secret, append(imported.secret, "version", "fingerprint")},
						),
						PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
				}},
			})
		})
	}
}

// createElsewhere creates the objects of a stack without Terraform, and returns import blocks for them.
func createElsewhere(t *testing.T, stack stack) string {
	t.Helper()
	created, _, err := server.OrganizationsAPI.CreateOrganization(background()).OrganizationCreate(client.OrganizationCreate{
		Name: "Acme", Slug: &stack.slug}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := server.SecretsAPI.CreateSecret(background(), created.Id).SecretCreate(client.SecretCreate{
		Name: stack.secretName, Value: new("sk-elsewhere")}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	create := client.LlmProviderCreate{Name: "openai-prod", Endpoint: "https://api.openai.com/v1", Protocol: client.PROTOCOL_RESPONSES,
		AuthMethod: client.AuthMethod(stack.authMethod)}
	switch {
	case create.AuthMethod == client.AUTHMETHOD_CUSTOM_HEADERS:
		create.SetCustomHeaders(map[string]string{"X-Key": "elsewhere"})
	case stack.credentials == newStack().credentials:
		create.SetTokenSecretId(key.Id)
	default:
		create.SetToken("sk-elsewhere")
	}
	openai, _, err := server.LlmProvidersAPI.CreateLlmProvider(background(), created.Id).LlmProviderCreate(create).Execute()
	if err != nil {
		t.Fatal(err)
	}
	gpt, _, err := server.ModelsAPI.CreateModel(background(), created.Id).ModelCreate(client.ModelCreate{
		Name: "gpt-4o", ProviderId: openai.Id, RemoteModelName: stack.remote}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	return importBlock(organization, created.Id) + importBlock(secret, created.Id+"/"+key.Id) +
		importBlock(llmProvider, created.Id+"/"+openai.Id) + importBlock(llmModel, created.Id+"/"+gpt.Id)
}

func importBlock(address, id string) string {
	return fmt.Sprintf(`
import {
  to = %s
  id = %q
}
`, address, id)
}

// changesOnly is a plan check that exactly these attributes of a resource are changed.
type changesOnly struct {
	address    string
	attributes []string
}

func (c changesOnly) CheckPlan(_ context.Context, request plancheck.CheckPlanRequest, response *plancheck.CheckPlanResponse) {
	for _, planned := range request.Plan.ResourceChanges {
		if planned.Address != c.address {
			continue
		}
		before, _ := planned.Change.Before.(map[string]any)
		after, _ := planned.Change.After.(map[string]any)
		var changed []string
		for attribute, value := range before {
			if !reflect.DeepEqual(value, after[attribute]) {
				changed = append(changed, attribute)
			}
		}
		if slices.Sort(changed); !slices.Equal(changed, slices.Sorted(slices.Values(c.attributes))) {
			response.Error = fmt.Errorf("the plan changes %v of %s, not %v", changed, c.address, c.attributes)
		}
		return
	}
	response.Error = fmt.Errorf("%s is not in the plan", c.address)
}
