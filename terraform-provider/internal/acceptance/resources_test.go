package acceptance

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

const (
	organization = "agyn_organization.acme"
	secret       = "agyn_secret.key"
	llmProvider  = "agyn_llm_provider.openai"
	llmModel     = "agyn_llm_model.gpt"
)

// stack is the configuration of the product's documentation with a model.
type stack struct {
	slug, secretName, value, credentials, authMethod, remote string
}

// valueOf returns the plain form of a secret's value in HCL.
func valueOf(value string) string {
	return fmt.Sprintf("value = %q", value)
}

func newStack() stack {
	return stack{
		slug:        acctest.RandomWithPrefix("acme"),
		secretName:  "openai-api-key",
		value:       valueOf("sk-one"),
		authMethod:  "bearer",
		credentials: "token_secret_id = agyn_secret.key.id",
		remote:      "gpt-4o-2024-08-06",
	}
}

func (s stack) hcl() string {
	return fmt.Sprintf(`
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}

resource "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = %q
  %s
}

resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai-prod"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = %q
  %s
}

resource "agyn_llm_model" "gpt" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "gpt-4o"
  remote_model_name = %q
}
`, s.slug, s.secretName, s.value, s.authMethod, s.credentials, s.remote)
}

func TestAccStackLifecycle(t *testing.T) {
	acceptance(t)
	first := newStack()
	changed := first
	changed.secretName, changed.remote = "renamed", "gpt-4o-2024-11-20"
	rotated := changed
	rotated.value = valueOf("sk-two")
	inline := rotated
	inline.authMethod, inline.credentials = "x_api_key", `token = "sk-inline"`
	headers := inline
	headers.authMethod, headers.credentials = "custom_headers", `custom_headers = { "X-Gateway-Key" = "k", "X-Team" = "t" }`

	inPlace := func(address string) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		}
	}
	version := func(version int64) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(secret, tfjsonpath.New("version"), knownvalue.Int64Exact(version))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{
				Config: first.hcl(),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					version(1),
					statecheck.ExpectKnownValue(llmModel, tfjsonpath.New("status"), knownvalue.StringExact("ready")),
				},
			},
			{Config: changed.hcl(), ConfigPlanChecks: inPlace(secret), ConfigStateChecks: []statecheck.StateCheck{version(1)}},
			{Config: rotated.hcl(), ConfigPlanChecks: inPlace(secret), ConfigStateChecks: []statecheck.StateCheck{version(2)}},
			{Config: inline.hcl(), ConfigPlanChecks: inPlace(llmProvider)},
			{Config: headers.hcl(), ConfigPlanChecks: inPlace(llmProvider)},
			{ResourceName: organization, ImportState: true, ImportStateVerify: true},
			{ResourceName: secret, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID(secret), ImportStateVerifyIgnore: []string{"value"}},
			{ResourceName: llmProvider, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID(llmProvider), ImportStateVerifyIgnore: []string{"custom_headers"}},
			{ResourceName: llmModel, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID(llmModel)},
			{ResourceName: llmModel, ImportState: true, ImportStateId: "only-one-part", ExpectError: regexp.MustCompile("<organization_id>/<id>")},
		},
	})
}

func TestAccChangedOrganizationReplacesItsObjects(t *testing.T) {
	acceptance(t)
	stack := newStack()
	other := fmt.Sprintf(`
resource "agyn_organization" "other" {
  name = "Other"
  slug = "%s-other"
}`, stack.slug)
	moved := strings.ReplaceAll(stack.hcl(), "= agyn_organization.acme.id", "= agyn_organization.other.id")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: stack.hcl() + other},
			{
				Config: moved + other,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(organization, plancheck.ResourceActionNoop),
						plancheck.ExpectResourceAction(secret, plancheck.ResourceActionReplace),
						plancheck.ExpectResourceAction(llmProvider, plancheck.ResourceActionReplace),
						plancheck.ExpectResourceAction(llmModel, plancheck.ResourceActionReplace),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

func TestAccWebSocketOfAnLLMProviderChangesInPlace(t *testing.T) {
	acceptance(t)
	stack, sameID := newStack().hcl(), statecheck.CompareValue(compare.ValuesSame())
	with := func(setting string) string {
		return strings.Replace(stack, `protocol        = "responses"`, `protocol        = "responses"`+"\n"+setting, 1)
	}
	step := func(setting, value string) resource.TestStep {
		return resource.TestStep{
			Config:           with(setting),
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(llmProvider, tfjsonpath.New("websocket"), knownvalue.StringExact(value)),
				sameID.AddStateValue(llmProvider, tfjsonpath.New("id")),
			},
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			step("", "auto"),
			step(`websocket = "off"`, "off"),
			{
				Config:      with(`websocket = "on"`),
				ExpectError: regexp.MustCompile(`(?s)websocket.*"auto".*"off"`),
			},
			step("", "auto"),
		},
	})
}

func TestAccOptionalSettingsOfAModelChangeInPlace(t *testing.T) {
	acceptance(t)
	stack := newStack().hcl()
	with := func(settings string) string {
		return strings.Replace(stack, `name              = "gpt-4o"`, `name              = "gpt-4o"`+"\n"+settings, 1)
	}
	step := func(settings string, checks ...statecheck.StateCheck) resource.TestStep {
		return resource.TestStep{
			Config:            with(settings),
			ConfigPlanChecks:  resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			ConfigStateChecks: checks,
		}
	}
	value := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(llmModel, tfjsonpath.New(attribute), check)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			step(`alias = "anthropic-gpt"
  keep_alive_seconds = 15
  codex_catalog_entry = jsonencode({ display_name = "GPT", context_window = 128000 })`,
				value("alias", knownvalue.StringExact("anthropic-gpt")),
				value("keep_alive_seconds", knownvalue.Int32Exact(15)),
				value("codex_catalog_entry", knownvalue.StringExact(`{"context_window":128000,"display_name":"GPT"}`))),
			{
				ResourceName: llmModel, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID(llmModel),
			},
			step(`alias = "anthropic-other"
  keep_alive_seconds = 0`,
				value("alias", knownvalue.StringExact("anthropic-other")),
				value("keep_alive_seconds", knownvalue.Int32Exact(0)),
				value("codex_catalog_entry", knownvalue.Null())),
			step("", value("alias", knownvalue.Null()), value("keep_alive_seconds", knownvalue.Null())),
			{
				Config:      with(`codex_catalog_entry = "[]"`),
				ExpectError: regexp.MustCompile(`(?s)codex_catalog_entry.*Must be a JSON object`),
			},
		},
	})
}

func TestAccChangedModelIsRestored(t *testing.T) {
	acceptance(t)
	config := newStack().hcl()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: config, Check: eachOf(func(organization string, resources map[string]string) error {
				_, _, err := server.ModelsAPI.UpdateModel(background(), organization, resources[llmModel]).ModelUpdate(client.ModelUpdate{
					Name: "changed-elsewhere", ProviderId: resources[llmProvider], RemoteModelName: "other"}).Execute()
				return err
			}), ExpectNonEmptyPlan: true},
			{
				Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(llmModel, plancheck.ResourceActionUpdate)},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

func TestAccDeletedLLMProviderIsRecreatedWithItsModels(t *testing.T) {
	acceptance(t)
	config := newStack().hcl()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: config, Check: eachOf(func(organization string, resources map[string]string) error {
				_, err := server.LlmProvidersAPI.DeleteLlmProvider(background(), organization, resources[llmProvider]).Execute()
				return err
			}), ExpectNonEmptyPlan: true},
			{
				Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(llmProvider, plancheck.ResourceActionCreate),
						plancheck.ExpectResourceAction(llmModel, plancheck.ResourceActionUpdate),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(llmModel, tfjsonpath.New("status"), knownvalue.StringExact("ready")),
				},
			},
		},
	})
}

func TestAccDestroyOfASecretInUseNamesItsUsers(t *testing.T) {
	acceptance(t)
	stack := newStack()
	config := stack.hcl()
	withoutUse := config[:strings.Index(config, `resource "agyn_llm_provider"`)]
	var foreign, organizationID string
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: withoutUse, Check: eachOf(func(organization string, resources map[string]string) error {
				id := resources[secret]
				created, _, err := server.LlmProvidersAPI.CreateLlmProvider(background(), organization).LlmProviderCreate(client.LlmProviderCreate{
					Name: "created-elsewhere", Endpoint: "https://api.openai.com/v1", Protocol: client.PROTOCOL_RESPONSES,
					AuthMethod: client.AUTHMETHOD_BEARER, TokenSecretId: &id}).Execute()
				if err == nil {
					foreign, organizationID = created.Id, organization
				}
				return err
			})},
			{Config: withoutUse, Destroy: true, ExpectError: regexp.MustCompile(`(?s)in use by LLM provider.*created-elsewhere`)},
			{Config: withoutUse, PreConfig: func() {
				if _, err := server.LlmProvidersAPI.DeleteLlmProvider(background(), organizationID, foreign).Execute(); err != nil {
					t.Fatal(err)
				}
			}},
		},
	})
}

func TestAccServerErrorAppearsOnItsAttribute(t *testing.T) {
	acceptance(t)
	stack := newStack()
	again := `
resource "agyn_secret" "again" {
  organization_id = agyn_organization.acme.id
  name            = agyn_secret.key.name
  value_wo        = "sk"
}`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: stack.hcl() + again, ExpectError: regexp.MustCompile(`(?s)with agyn_secret\.again.*name\s+= agyn_secret\.key\.name.*name_taken`)},
		},
	})
}

func TestAccDataSourcesReadByIDAndName(t *testing.T) {
	acceptance(t)
	stack := newStack()
	config := stack.hcl() + `
data "agyn_organization" "by_slug" {
  slug = agyn_organization.acme.slug
}
data "agyn_organization" "by_id" {
  id = agyn_organization.acme.id
}
data "agyn_secret" "by_name" {
  organization_id = agyn_organization.acme.id
  name            = agyn_secret.key.name
}
data "agyn_secret" "by_id" {
  organization_id = agyn_organization.acme.id
  id              = agyn_secret.key.id
}
data "agyn_llm_provider" "by_name" {
  organization_id = agyn_organization.acme.id
  name            = agyn_llm_provider.openai.name
  depends_on      = [agyn_llm_model.gpt]
}
data "agyn_llm_provider" "by_id" {
  organization_id = agyn_organization.acme.id
  id              = agyn_llm_provider.openai.id
}
data "agyn_llm_model" "by_name" {
  organization_id = agyn_organization.acme.id
  name            = agyn_llm_model.gpt.name
}
data "agyn_llm_model" "by_id" {
  organization_id = agyn_organization.acme.id
  id              = agyn_llm_model.gpt.id
}
`
	same := func(data, resourceAddress string) resource.TestCheckFunc {
		return resource.TestCheckResourceAttrPair(data, "id", resourceAddress, "id")
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: config, Check: resource.ComposeAggregateTestCheckFunc(
				same("data.agyn_organization.by_slug", organization),
				same("data.agyn_organization.by_id", organization),
				same("data.agyn_secret.by_name", secret),
				same("data.agyn_secret.by_id", secret),
				same("data.agyn_llm_provider.by_name", llmProvider),
				same("data.agyn_llm_provider.by_id", llmProvider),
				same("data.agyn_llm_model.by_name", llmModel),
				same("data.agyn_llm_model.by_id", llmModel),
				resource.TestCheckResourceAttr("data.agyn_llm_provider.by_name", "model_count", "1"),
				resource.TestCheckResourceAttr("data.agyn_llm_model.by_id", "remote_model_name", stack.remote),
			)},
			{Config: stack.hcl() + `
data "agyn_secret" "none" {
  organization_id = agyn_organization.acme.id
  name            = "no-such-secret"
}`, ExpectError: regexp.MustCompile("The secret does not exist")},
		},
	})
}

// eachOf passes the id of the organization, and the ids of all resources by address.
func eachOf(do func(organization string, resources map[string]string) error) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		ids := map[string]string{}
		for address, found := range state.RootModule().Resources {
			ids[address] = found.Primary.ID
		}
		return do(ids[organization], ids)
	}
}

func importID(address string) resource.ImportStateIdFunc {
	return func(state *terraform.State) (string, error) {
		found := state.RootModule().Resources[address]
		return found.Primary.Attributes["organization_id"] + "/" + found.Primary.ID, nil
	}
}

// idOf returns the id alone, with which Terraform imports an object of a caller's organization too.
func idOf(address string) resource.ImportStateIdFunc {
	return func(state *terraform.State) (string, error) {
		return state.RootModule().Resources[address].Primary.ID, nil
	}
}

// isGone asserts that no organization of the state exists. A deleted organization was empty.
func isGone(state *terraform.State) error {
	for address, found := range state.RootModule().Resources {
		if found.Type != "agyn_organization" || strings.HasPrefix(address, "data.") {
			continue
		}
		_, response, err := server.OrganizationsAPI.GetOrganization(background(), found.Primary.ID).Execute()
		if response == nil || response.StatusCode != 404 {
			return fmt.Errorf("%s %s still exists (%v)", address, found.Primary.ID, err)
		}
	}
	return nil
}
