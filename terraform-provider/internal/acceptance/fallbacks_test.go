package acceptance

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

const fallbackModel = "agyn_llm_model.fallback"

func withFallbacks(base stack, settings string) string {
	return base.hcl() + fmt.Sprintf(`
resource "agyn_llm_provider" "spare" {
  organization_id = agyn_organization.acme.id
  name            = "spare"
  endpoint        = "https://spare.example.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token           = "sk-spare"
}

resource "agyn_llm_model" "fallback" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "fallback"
  remote_model_name = "gpt-5"
  %s
}
`, settings)
}

func TestAccModelFallbacks(t *testing.T) {
	acceptance(t)
	base := newStack()
	empty := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	value := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(fallbackModel, tfjsonpath.New(name), check)
	}
	weighted := `
  routing          = "weighted"
  weight           = 3
  retry_on_timeout = true
  fallbacks = [
    { provider_id = agyn_llm_provider.spare.id, remote_model_name = "gpt-5" },
    { provider_id = agyn_llm_provider.spare.id, remote_model_name = "gpt-4", weight = 2 },
  ]`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: withFallbacks(base, weighted), ConfigPlanChecks: empty, ConfigStateChecks: []statecheck.StateCheck{
				value("routing", knownvalue.StringExact("weighted")),
				value("weight", knownvalue.Int32Exact(3)),
				value("retry_on_timeout", knownvalue.Bool(true)),
				value("fallbacks", knownvalue.ListSizeExact(2)),
			}},
			{ResourceName: fallbackModel, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: func(state *terraform.State) (string, error) {
				attributes := state.RootModule().Resources[fallbackModel].Primary.Attributes
				return attributes["organization_id"] + "/" + attributes["id"], nil
			}},
			// Fallbacks that were removed outside of Terraform are set again.
			{Config: withFallbacks(base, weighted), Check: removeFallbacks, ExpectNonEmptyPlan: true},
			{Config: withFallbacks(base, weighted), ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(fallbackModel, plancheck.ResourceActionUpdate)},
				PostApplyPostRefresh: empty.PostApplyPostRefresh,
			}},
			{Config: withFallbacks(base, ""), ConfigPlanChecks: empty, ConfigStateChecks: []statecheck.StateCheck{
				value("routing", knownvalue.StringExact("failover")),
				value("weight", knownvalue.Int32Exact(1)),
				value("retry_on_timeout", knownvalue.Bool(false)),
				value("fallbacks", knownvalue.ListSizeExact(0)),
			}},
		},
	})
}

func removeFallbacks(state *terraform.State) error {
	attributes := state.RootModule().Resources[fallbackModel].Primary.Attributes
	_, _, err := server.ModelsAPI.UpdateModel(background(), attributes["organization_id"], attributes["id"]).ModelUpdate(client.ModelUpdate{
		Name: attributes["name"], ProviderId: attributes["provider_id"], RemoteModelName: attributes["remote_model_name"],
	}).Execute()
	return err
}
