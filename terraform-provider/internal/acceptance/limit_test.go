package acceptance

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func TestAccLimitLifecycle(t *testing.T) {
	acceptance(t)
	const limit = "agyn_limit.tokens"
	slug := acctest.RandomWithPrefix("acme")
	config := func(rest string) string {
		return fmt.Sprintf(`
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}
resource "agyn_limit" "tokens" {
  organization_id = agyn_organization.acme.id
  name            = "tokens-per-user"
  %s
}
data "agyn_limit" "tokens" {
  organization_id = agyn_organization.acme.id
  name            = agyn_limit.tokens.name
}
data "agyn_limits" "all" {
  organization_id = agyn_limit.tokens.organization_id
}`, slug, rest)
	}
	planned := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(limit, action)},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{
				Config: config(`
  applies_to = { type = "user" }
  measure    = "tokens"
  amount     = 2000000
  window     = "day"`),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(limit, tfjsonpath.New("action"), knownvalue.StringExact("block")),
					statecheck.ExpectKnownValue("data.agyn_limit.tokens", tfjsonpath.New("amount"), knownvalue.StringExact("2000000")),
					statecheck.ExpectKnownValue("data.agyn_limits.all", tfjsonpath.New("limits"), knownvalue.ListSizeExact(1)),
				},
			},
			{ResourceName: limit, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: idOf(limit)},
			{
				Config: config(`
  applies_to = { type = "organization", id = agyn_organization.acme.id }
  measure    = "concurrent_calls"
  amount     = "20"
  action     = "warn"`),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.agyn_limit.tokens", tfjsonpath.New("window"), knownvalue.Null()),
				},
			},
		},
	})
}
