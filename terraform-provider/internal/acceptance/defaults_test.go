package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// An organization in the provider block replaces the attribute of every resource and data source.
func TestAccOrganizationOfTheProviderIsTheDefault(t *testing.T) {
	acceptance(t)
	first, second := createOrganization(t), createOrganization(t)
	in := func(organization, config string) string {
		return fmt.Sprintf("provider \"agyn\" {\n  organization_id = %q\n}\n%s", organization, config)
	}
	stack := newStack().hcl()
	stack = stack[strings.Index(stack, `resource "agyn_secret"`):]
	withID := strings.ReplaceAll(stack, "agyn_organization.acme.id", fmt.Sprintf("%q", first))
	without := strings.ReplaceAll(strings.ReplaceAll(stack, "organization_id = agyn_organization.acme.id", ""), "organization_id   = agyn_organization.acme.id", "")
	without += `
data "agyn_llm_models" "all" {
  name = agyn_llm_model.gpt.name
}
resource "agyn_default_model" "this" {
  model_id = agyn_llm_model.gpt.id
}
`
	objects := []string{secret, llmProvider, llmModel}
	each := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		checks := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
		for _, object := range objects {
			checks.PreApply = append(checks.PreApply, plancheck.ExpectResourceAction(object, action))
		}
		return checks
	}
	isIn := func(organization string) []statecheck.StateCheck {
		checks := []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.agyn_llm_models.all", tfjsonpath.New("organization_id"), knownvalue.StringExact(organization)),
			statecheck.ExpectKnownValue("data.agyn_llm_models.all", tfjsonpath.New("models"), knownvalue.ListSizeExact(1)),
		}
		for _, object := range append(objects, "agyn_default_model.this") {
			checks = append(checks, statecheck.ExpectKnownValue(object, tfjsonpath.New("organization_id"), knownvalue.StringExact(organization)))
		}
		return checks
	}
	importAlone := func(address string, ignored ...string) resource.TestStep {
		return resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: idOf(address), ImportStateVerifyIgnore: ignored,
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps: []resource.TestStep{
			{Config: without, ExpectError: wrapped("", "The organization is missing")},
			{Config: in(second, withID), ConfigPlanChecks: each(plancheck.ResourceActionCreate)},
			{Config: in(first, without), ConfigPlanChecks: each(plancheck.ResourceActionNoop), ConfigStateChecks: isIn(first)},
			{Config: in(second, without), ConfigPlanChecks: each(plancheck.ResourceActionReplace), ConfigStateChecks: isIn(second)},
			importAlone(secret, "value"), importAlone(llmProvider), importAlone(llmModel),
		},
	})
}

// A cluster admin is a user with a role, which the resource grants and takes.
func TestAccClusterAdminLifecycle(t *testing.T) {
	acceptance(t)
	const admin = "agyn_cluster_admin.payments"
	email := acctest.RandomWithPrefix("payments") + "@acme.example"
	payments, _, err := server.UsersAPI.CreateUser(background()).UserCreate(client.UserCreate{Name: "Payments", Email: *client.NewNullableString(&email)}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.UsersAPI.DeleteUser(background(), payments.Id).Execute() })
	config := fmt.Sprintf(`
data "agyn_user" "payments" {
  email = %q
}
resource "agyn_cluster_admin" "payments" {
  identity_id = data.agyn_user.payments.identity_id
}`, email)
	hasRole := func(want client.Role) func() {
		return func() {
			if found, _, err := server.UsersAPI.GetUser(background(), payments.Id).Execute(); err != nil || found.Role != want || found.Name != "Payments" {
				t.Errorf("the user is %v (%v), want the role %s", found, err, want)
			}
		}
	}
	demote := func() {
		body := client.UserUpdate{Name: "Payments", Email: *client.NewNullableString(&email), Role: client.ROLE_USER, State: client.USERSTATE_ACTIVE}
		if _, _, err := server.UsersAPI.UpdateUser(background(), payments.Id).UserUpdate(body).Execute(); err != nil {
			t.Error(err)
		}
	}
	empty := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps: []resource.TestStep{
			{PreConfig: hasRole(client.ROLE_USER), Config: config, ConfigPlanChecks: empty},
			{PreConfig: hasRole(client.ROLE_CLUSTER_ADMIN), ResourceName: admin, ImportState: true, ImportStateVerify: true, ImportStateId: payments.Id,
				ImportStateVerifyIdentifierAttribute: "identity_id"},
			{PreConfig: demote, Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(admin, plancheck.ResourceActionCreate)},
			}},
			{PreConfig: hasRole(client.ROLE_CLUSTER_ADMIN), Config: config, Destroy: true},
		},
	})
	hasRole(client.ROLE_USER)()
}

// Actions need Terraform 1.14; the unit tests call this one through the protocol.
func TestAccActionTestsAModelAfterItsCreation(t *testing.T) {
	acceptance(t)
	stack := newStack().hcl()
	stack = strings.Replace(stack, "https://api.openai.com/v1", "http://127.0.0.1:1/v1", 1)
	tested := strings.TrimSuffix(strings.TrimSpace(stack), "}") + `
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.agyn_test_llm_model.gpt]
    }
  }
}
action "agyn_test_llm_model" "gpt" {
  config {
    organization_id = agyn_organization.acme.id
    model_id        = agyn_llm_model.gpt.id
  }
}`
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps:                    []resource.TestStep{{Config: tested, ExpectError: wrapped("", "The model does not respond")}},
	})
}

// createOrganization creates an organization without Terraform, and deletes it after the test.
func createOrganization(t *testing.T) string {
	t.Helper()
	slug := acctest.RandomWithPrefix("acme")
	created, _, err := server.OrganizationsAPI.CreateOrganization(background()).OrganizationCreate(client.OrganizationCreate{Name: "Acme", Slug: &slug}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := server.OrganizationsAPI.DeleteOrganization(background(), created.Id).Execute(); err != nil {
			t.Error(err)
		}
	})
	return created.Id
}
