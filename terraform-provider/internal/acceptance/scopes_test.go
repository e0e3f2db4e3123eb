package acceptance

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func TestAccScopesAndModelsOfATokenChangeInPlace(t *testing.T) {
	acceptance(t)
	stack := newStack().hcl()
	with := func(rights string) string {
		return stack + fmt.Sprintf(`
resource "agyn_api_token" "payments" {
  organization_id = agyn_organization.acme.id
  description     = "CI"
  %s
}`, rights)
	}
	same := statecheck.CompareValue(compare.ValuesSame())
	step := func(rights string, action plancheck.ResourceActionType, models knownvalue.Check, scopes ...string) resource.TestStep {
		var values []knownvalue.Check
		for _, scope := range scopes {
			values = append(values, knownvalue.StringExact(scope))
		}
		return resource.TestStep{
			Config: with(rights),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(apiToken, action)},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(apiToken, tfjsonpath.New("scopes"), knownvalue.SetExact(values)),
				statecheck.ExpectKnownValue(apiToken, tfjsonpath.New("model_ids"), models),
				same.AddStateValue(apiToken, tfjsonpath.New("token")),
			},
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: with(`scopes = ["admin"]`), ExpectError: wrapped("scopes", "value must be one of")},
			step("", plancheck.ResourceActionCreate, knownvalue.Null(), "call_models"),
			step(`scopes = ["call_models", "read"]`, plancheck.ResourceActionUpdate, knownvalue.Null(), "call_models", "read"),
			step("scopes = [\"call_models\"]\nmodel_ids = [agyn_llm_model.gpt.id]", plancheck.ResourceActionUpdate, knownvalue.SetSizeExact(1), "call_models"),
			step(`model_ids = []`, plancheck.ResourceActionUpdate, knownvalue.SetSizeExact(0), "call_models"),
			step("", plancheck.ResourceActionUpdate, knownvalue.Null(), "call_models"),
			{ResourceName: apiToken, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"token"}},
		},
	})
}
