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
	user     = "agyn_user.payments"
	member   = "agyn_organization_member.payments"
	apiToken = "agyn_api_token.payments"
)

// team is the configuration of a user with a membership and an API token.
type team struct {
	slug, email, member, name, role, description, expires string
}

func newTeam() team {
	slug := acctest.RandomWithPrefix("acme")
	return team{slug: slug, email: slug + "@acme.example", member: "user_id = agyn_user.payments.id", name: "Payments", role: "member", description: "CI"}
}

func (m team) hcl() string {
	return fmt.Sprintf(`
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}
resource "agyn_user" "payments" {
  name  = %q
  email = %q
}
resource "agyn_user" "other" {
  name  = "Other"
  email = "other-%[3]s"
  state = "suspended"
}
resource "agyn_organization_member" "payments" {
  organization_id = agyn_organization.acme.id
  role            = %[4]q
  %[5]s
}
resource "agyn_api_token" "payments" {
  user_id         = agyn_organization_member.payments.user_id
  organization_id = agyn_organization.acme.id
  description     = %[6]q
  %[7]s
}
`, m.slug, m.name, m.email, m.role, m.member, m.description, m.expires)
}

func TestAccUserMemberAndTokenLifecycle(t *testing.T) {
	acceptance(t)
	first := newTeam()
	renamed := first
	renamed.name, renamed.role = "Payments team", "owner"
	back := renamed
	back.role = "member"
	byEmail := back
	byEmail.member = fmt.Sprintf("email = %q\ndepends_on = [agyn_user.payments]", strings.ToUpper(back.email[:4])+back.email[4:])
	moved := byEmail
	moved.email = "moved-" + back.email
	moved.member = "email = agyn_user.payments.email"
	another := moved
	another.member = fmt.Sprintf("email = %q\ndepends_on = [agyn_user.other]", "other-"+moved.email)
	unknown := moved
	unknown.member = fmt.Sprintf("email = terraform_data.email.output\n}\nresource \"terraform_data\" \"email\" {\n  input = %q", "MOVED-"+back.email)
	expiring := first
	expiring.description, expiring.expires = "CI, for a while", `expires_at = "2099-01-31T12:00:00+01:00"`
	withTimeout := unknown
	withTimeout.expires = "timeouts {\n    delete = \"1m\"\n  }"
	planned := func(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		}
	}
	token := statecheck.ExpectKnownValue(apiToken, tfjsonpath.New("token"), knownvalue.StringRegexp(regexp.MustCompile("^agyn_[0-9A-Za-z]{44}$")))
	sameToken := statecheck.CompareValue(compare.ValuesSame())
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: first.hcl(), ConfigPlanChecks: planned(user, plancheck.ResourceActionCreate), ConfigStateChecks: []statecheck.StateCheck{
				token,
				statecheck.ExpectKnownValue(user, tfjsonpath.New("role"), knownvalue.StringExact("user")),
				statecheck.ExpectKnownValue(user, tfjsonpath.New("state"), knownvalue.StringExact("active")),
			}},
			{Config: renamed.hcl(), ConfigPlanChecks: planned(member, plancheck.ResourceActionUpdate)},
			{Config: back.hcl(), ConfigPlanChecks: planned(member, plancheck.ResourceActionUpdate)},
			{ResourceName: user, ImportState: true, ImportStateVerify: true},
			{ResourceName: member, ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "user_id", ImportStateIdFunc: func(state *terraform.State) (string, error) {
				attributes := state.RootModule().Resources[member].Primary.Attributes
				return attributes["organization_id"] + "/" + attributes["user_id"], nil
			}},
			{ResourceName: apiToken, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"token"}},
			{Config: byEmail.hcl(), ConfigPlanChecks: planned(member, plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{
				sameToken.AddStateValue(apiToken, tfjsonpath.New("token")),
			}},
			{Config: moved.hcl(), ConfigPlanChecks: planned(member, plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{
				sameToken.AddStateValue(apiToken, tfjsonpath.New("token")),
			}},
			{Config: another.hcl(), ExpectError: regexp.MustCompile(`terraform apply\s+-replace`)},
			{Config: unknown.hcl(), ConfigPlanChecks: planned(member, plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{
				sameToken.AddStateValue(apiToken, tfjsonpath.New("token")),
			}},
			{Config: withTimeout.hcl(), ConfigPlanChecks: planned(apiToken, plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{token}},
			{Config: expiring.hcl(), ConfigPlanChecks: planned(apiToken, plancheck.ResourceActionReplace), ConfigStateChecks: []statecheck.StateCheck{token}},
		},
	})
}

// The server keeps the last owner of an organization until the organization is deleted.
func TestAccOrganizationIsDestroyedWithItsLastOwner(t *testing.T) {
	acceptance(t)
	owned := newTeam()
	owned.role = "owner"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps:                    []resource.TestStep{{Config: owned.hcl()}},
	})
}

func TestAccTokenOfAnotherTenantKeepsTheState(t *testing.T) {
	acceptance(t)
	ours := newTeam()
	ours.description = "Ours"
	stranger := tokenOfAStranger(t)
	strangers := func(config string) string {
		return fmt.Sprintf("provider \"agyn\" {\n  token = %q\n}\n", stranger) + config
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: ours.hcl()},
			{Config: strangers(ours.hcl()), PlanOnly: true, ExpectError: regexp.MustCompile(`has no\s+access\s+to\s+the\s+organization`)},
			{Config: strangers(ours.hcl()), Destroy: true, ExpectError: regexp.MustCompile(`has no\s+access\s+to\s+the`)},
			{Config: ours.hcl(), PlanOnly: true},
		},
	})
}

// tokenOfAStranger creates a user without memberships and returns their API token.
func tokenOfAStranger(t *testing.T) string {
	t.Helper()
	stranger, _, err := server.UsersAPI.CreateUser(background()).UserCreate(client.UserCreate{Name: "Stranger"}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := server.ApiTokensAPI.CreateApiToken(background()).ApiTokenCreate(client.ApiTokenCreate{Description: "x", UserId: &stranger.Id, Scopes: client.AllowedTokenScopeEnumValues}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	return *token.Token
}

func TestAccImportedTokenHasAnEmptyPlan(t *testing.T) {
	acceptance(t)
	created, _, err := server.ApiTokensAPI.CreateApiToken(background()).ApiTokenCreate(client.ApiTokenCreate{Description: "Created elsewhere", OrganizationId: *client.NewNullableString(nil)}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps: []resource.TestStep{{
			Config: `
resource "agyn_api_token" "imported" {
  description = "Created elsewhere"
}` + importBlock("agyn_api_token.imported", created.Id),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction("agyn_api_token.imported", plancheck.ResourceActionNoop)},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{isNull("agyn_api_token.imported", "token")},
		}},
	})
}

func TestAccDataSourcesListAndFilter(t *testing.T) {
	acceptance(t)
	stack, team := newStack(), newTeam()
	team.slug = stack.slug
	people := team.hcl()
	people = people[strings.Index(people, `resource "agyn_user"`):]
	config := stack.hcl() + people + `
locals {
  created      = [agyn_llm_model.gpt.id, agyn_api_token.payments.id]
  organization = one([for id in [agyn_organization.acme.id] : id if length(local.created) == 2])
}
data "agyn_organizations" "these" {
  slug = local.organization == null ? null : agyn_organization.acme.slug
}
data "agyn_secrets" "all" {
  organization_id = local.organization
}
data "agyn_secrets" "none" {
  organization_id = local.organization
  name            = "no-such-secret"
}
data "agyn_llm_providers" "all" {
  organization_id = local.organization
  name            = agyn_llm_provider.openai.name
}
data "agyn_llm_models" "all" {
  organization_id = local.organization
}
data "agyn_organizations" "found" {
  search = local.organization == null ? null : upper(agyn_organization.acme.slug)
}
data "agyn_secrets" "found" {
  organization_id = local.organization
  search          = "API-KEY"
}
data "agyn_secrets" "not_found" {
  organization_id = local.organization
  search          = "no-such-secret"
}
data "agyn_llm_providers" "found" {
  organization_id = local.organization
  search          = "prod"
  token_secret_id = agyn_secret.key.id
}
data "agyn_llm_models" "found" {
  organization_id = local.organization
  search          = "gpt"
  provider_id     = agyn_llm_provider.openai.id
  status          = "ready"
}
data "agyn_llm_models" "orphaned" {
  organization_id = local.organization
  status          = "orphaned"
}
data "agyn_users" "found" {
  search = local.organization == null ? null : agyn_user.payments.email
  role   = "user"
  state  = "suspended"
}
data "agyn_organization_members" "found" {
  organization_id = local.organization
  search          = "PAY"
}
data "agyn_api_tokens" "found" {
  user_id         = agyn_user.payments.id
  organization_id = local.organization
  search          = "ci"
}
data "agyn_users" "these" {
  email = local.organization == null ? null : upper(agyn_user.payments.email)
}
data "agyn_organization_members" "all" {
  organization_id = local.organization
}
data "agyn_api_tokens" "theirs" {
  user_id = local.organization == null ? null : agyn_user.payments.id
}
data "agyn_user" "by_email" {
  email = agyn_user.payments.email
}
data "agyn_user" "by_id" {
  id = agyn_user.payments.id
}
data "agyn_organization_member" "by_id" {
  organization_id = local.organization
  user_id         = agyn_user.payments.id
}
data "agyn_organization_member" "by_email" {
  organization_id = local.organization
  email           = agyn_organization_member.payments.email
}
data "agyn_api_token" "by_id" {
  id = agyn_api_token.payments.id
}
data "agyn_usage" "none" {
  organization_id = local.organization
  group_by        = ["api_token", "user", "day"]
  outcome         = "completed"
}
data "agyn_usage" "sum" {
  organization_id = local.organization
  from            = "2026-01-01T00:00:00Z"
}
`
	is := resource.TestCheckResourceAttrPair
	has := resource.TestCheckResourceAttr
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{{Config: config, Check: resource.ComposeAggregateTestCheckFunc(
			has("data.agyn_organizations.these", "organizations.#", "1"),
			is("data.agyn_organizations.these", "organizations.0.id", organization, "id"),
			is("data.agyn_secrets.all", "secrets.0.fingerprint", secret, "fingerprint"),
			has("data.agyn_secrets.none", "secrets.#", "0"),
			is("data.agyn_llm_providers.all", "llm_providers.0.id", llmProvider, "id"),
			has("data.agyn_llm_providers.all", "llm_providers.0.model_count", "1"),
			is("data.agyn_llm_models.all", "models.0.id", llmModel, "id"),
			is("data.agyn_organizations.found", "organizations.0.id", organization, "id"),
			is("data.agyn_secrets.found", "secrets.0.id", secret, "id"),
			has("data.agyn_secrets.not_found", "secrets.#", "0"),
			is("data.agyn_llm_providers.found", "llm_providers.0.id", llmProvider, "id"),
			is("data.agyn_llm_models.found", "models.0.id", llmModel, "id"),
			has("data.agyn_llm_models.orphaned", "models.#", "0"),
			has("data.agyn_users.found", "users.#", "1"),
			is("data.agyn_users.found", "users.0.id", "agyn_user.other", "id"),
			has("data.agyn_organization_members.found", "members.#", "1"),
			is("data.agyn_api_tokens.found", "api_tokens.0.id", apiToken, "id"),
			has("data.agyn_users.these", "users.#", "1"),
			is("data.agyn_users.these", "users.0.id", user, "id"),
			// The creator of the organization is its first owner.
			has("data.agyn_organization_members.all", "members.#", "2"),
			has("data.agyn_organization_members.all", "members.1.name", "Payments"),
			is("data.agyn_api_tokens.theirs", "api_tokens.0.prefix", apiToken, "prefix"),
			is("data.agyn_user.by_email", "id", user, "id"),
			has("data.agyn_user.by_id", "name", "Payments"),
			has("data.agyn_organization_member.by_id", "role", "member"),
			is("data.agyn_organization_member.by_email", "user_id", user, "id"),
			is("data.agyn_api_token.by_id", "description", apiToken, "description"),
			has("data.agyn_usage.none", "rows.#", "0"),
			has("data.agyn_usage.sum", "rows.0.calls", "0"),
		)}},
	})
}
