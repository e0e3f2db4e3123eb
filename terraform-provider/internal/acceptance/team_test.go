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

const (
	mapping    = "agyn_group_mapping.payments"
	invitation = "agyn_organization_invitation.ada"
)

func TestAccGroupMappingAndInvitationLifecycle(t *testing.T) {
	acceptance(t)
	slug := acctest.RandomWithPrefix("acme")
	config := func(role, email string) string {
		return fmt.Sprintf(`
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}
resource "agyn_group_mapping" "payments" {
  organization_id = agyn_organization.acme.id
  group           = "Payments Team"
  role            = %q
}
resource "agyn_organization_invitation" "ada" {
  organization_id = agyn_organization.acme.id
  email           = %q
  role            = "member"
}
data "agyn_group_mapping" "payments" {
  organization_id = agyn_organization.acme.id
  group           = agyn_group_mapping.payments.group
}
data "agyn_organization_invitations" "pending" {
  organization_id = agyn_organization.acme.id
  status          = agyn_organization_invitation.ada.status
}`, slug, role, email)
	}
	planned := func(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		}
	}
	imported := func(address string) resource.TestStep {
		return resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: idOf(address)}
	}
	var cancel func()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: config("member", "Ada@acme.example"), ConfigPlanChecks: planned(mapping, plancheck.ResourceActionCreate), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.agyn_group_mapping.payments", tfjsonpath.New("role"), knownvalue.StringExact("member")),
				statecheck.ExpectKnownValue("data.agyn_organization_invitations.pending", tfjsonpath.New("invitations"), knownvalue.ListSizeExact(1)),
				statecheck.ExpectKnownValue(invitation, tfjsonpath.New("status"), knownvalue.StringExact("pending")),
			}},
			{Config: config("owner", "Ada@acme.example"), ConfigPlanChecks: planned(mapping, plancheck.ResourceActionUpdate)},
			{Config: config("owner", "grace@acme.example"), ConfigPlanChecks: planned(invitation, plancheck.ResourceActionReplace), Check: eachOf(func(organizationID string, _ map[string]string) error {
				cancel = func() {
					page, _, err := server.InvitationsAPI.ListInvitations(background(), organizationID).Status("pending").Execute()
					if err != nil || len(page.Items) != 1 {
						t.Fatal(page, err)
					}
					if _, err := server.InvitationsAPI.CancelInvitation(background(), organizationID, page.Items[0].Id).Execute(); err != nil {
						t.Fatal(err)
					}
				}
				return nil
			})},
			imported(mapping), imported(invitation),
			{PreConfig: func() { cancel() }, Config: config("owner", "grace@acme.example"), ConfigPlanChecks: planned(invitation, plancheck.ResourceActionCreate)},
		},
	})
}
