package acceptance

import (
	"fmt"
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

const defaultModel = "agyn_default_model.acme"

func withDefault(base stack, model string) string {
	return base.hcl() + fmt.Sprintf(`
resource "agyn_llm_model" "other" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "other"
  remote_model_name = "gpt-5"
}

resource "agyn_default_model" "acme" {
  organization_id = agyn_organization.acme.id
  model_id        = agyn_llm_model.%s.id
}

resource "agyn_api_token" "agent" {
  description      = "Agent"
  organization_id  = agyn_organization.acme.id
  default_model_id = agyn_llm_model.%s.id
}
`, model, model)
}

func TestAccDefaultModel(t *testing.T) {
	acceptance(t)
	first := newStack()
	renamed := first
	renamed.slug = acctest.RandomWithPrefix("renamed")
	empty := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	is := func(model string) []statecheck.StateCheck {
		same := compare.ValuesSame()
		return []statecheck.StateCheck{
			statecheck.CompareValuePairs(defaultModel, tfjsonpath.New("model_id"), "agyn_llm_model."+model, tfjsonpath.New("id"), same),
			statecheck.CompareValuePairs("agyn_api_token.agent", tfjsonpath.New("default_model_id"), "agyn_llm_model."+model, tfjsonpath.New("id"), same),
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: withDefault(first, "gpt"), ConfigPlanChecks: empty, ConfigStateChecks: is("gpt")},
			{Config: withDefault(first, "other"), ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(defaultModel, plancheck.ResourceActionUpdate),
					plancheck.ExpectResourceAction("agyn_api_token.agent", plancheck.ResourceActionUpdate),
				},
				PostApplyPostRefresh: empty.PostApplyPostRefresh,
			}, ConfigStateChecks: is("other")},
			// An update of the organization keeps its default model.
			{Config: withDefault(renamed, "other"), ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(organization, plancheck.ResourceActionUpdate)},
				PostApplyPostRefresh: empty.PostApplyPostRefresh,
			}, ConfigStateChecks: is("other")},
			{
				ResourceName: defaultModel, ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "organization_id",
				ImportStateIdFunc: func(state *terraform.State) (string, error) {
					return state.RootModule().Resources[defaultModel].Primary.Attributes["organization_id"], nil
				},
			},
			// Without the resource, the organization has no default model.
			{Config: renamed.hcl(), ConfigPlanChecks: empty, Check: hasNoDefaultModel},
		},
	})
}

func TestAccDefaultModelThatWasRemovedIsSetAgain(t *testing.T) {
	acceptance(t)
	stack := newStack()
	config := withDefault(stack, "gpt")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: config, Check: func(state *terraform.State) error {
				_, _, err := server.OrganizationsAPI.UpdateOrganization(background(), state.RootModule().Resources[organization].Primary.ID).
					OrganizationUpdate(client.OrganizationUpdate{Name: "Acme"}).Execute()
				return err
			}, ExpectNonEmptyPlan: true},
			{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(defaultModel, plancheck.ResourceActionCreate)},
			}, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(defaultModel, tfjsonpath.New("model_id"), knownvalue.NotNull()),
			}},
		},
	})
}

func hasNoDefaultModel(state *terraform.State) error {
	found, _, err := server.OrganizationsAPI.GetOrganization(background(), state.RootModule().Resources[organization].Primary.ID).Execute()
	if err == nil && found.DefaultModelId.Get() != nil {
		err = fmt.Errorf("the default model is still %s", *found.DefaultModelId.Get())
	}
	return err
}
