package acceptance

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

const secretProvider = "agyn_secret_provider.vault"

// vault returns an organization with a secret provider, in the spelling of the product's documentation.
func vault(slug, config string) string {
	return fmt.Sprintf(`
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}
resource "agyn_secret_provider" "vault" {
  organization_id = agyn_organization.acme.id
  name            = "vault-prod"
  type            = "vault"
  %s
}
`, slug, config)
}

// hasCredential asserts the token or secret id of the secret provider on the server.
func hasCredential(credential string) func(organization string, resources map[string]string) error {
	return func(organization string, resources map[string]string) error {
		revealed, _, err := server.SecretProvidersAPI.RevealSecretProviderCredentials(background(), organization, resources[secretProvider]).Execute()
		if err == nil && revealed.GetToken()+revealed.GetSecretId() != credential {
			err = fmt.Errorf("the server has %s%s, want %s", revealed.GetToken(), revealed.GetSecretId(), credential)
		}
		return err
	}
}

func TestAccSecretProviderIsUpdatedInPlace(t *testing.T) {
	acceptance(t)
	slug := acctest.RandomWithPrefix("acme")
	fingerprint := statecheck.CompareValue(compare.ValuesDiffer())
	rotated := func() statecheck.StateCheck {
		return fingerprint.AddStateValue(secretProvider, tfjsonpath.New("credentials_fingerprint"))
	}
	setting := func(name string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(secretProvider, tfjsonpath.New("config").AtMapKey(name), value)
	}
	applied := func(config string, action plancheck.ResourceActionType, credential string, checks ...statecheck.StateCheck) resource.TestStep {
		return resource.TestStep{
			Config: vault(slug, config),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(secretProvider, action)},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: checks,
			Check:             eachOf(hasCredential(credential)),
		}
	}
	const address = `address = "https://vault.example.com:8200"`
	const create, update, nothing = plancheck.ResourceActionCreate, plancheck.ResourceActionUpdate, plancheck.ResourceActionNoop
	const approle = "config = {\n" + address + "\nrole_id = \"r\"\n"
	null := knownvalue.Null()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			applied(`config = { `+address+`, token = "hvs.one" }`, create, "hvs.one", rotated(), setting("approle_mount", null)),
			applied("description = \"The platform team's\"\nconfig = { address = \"http://10.0.0.1:8200/vault\", token = \"hvs.one\", namespace = \"a/b\" }",
				update, "hvs.one", setting("namespace", knownvalue.StringExact("a/b"))),
			applied(`config = { `+address+`, token = "hvs.two" }`, update, "hvs.two", rotated(), setting("namespace", null)),
			{ResourceName: secretProvider, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID(secretProvider), ImportStateVerifyIgnore: []string{"config.token"}},
			applied("config = {\n"+address+"\nca_certificate = "+certificate(t)+"\ntoken = \"hvs.two\"\n}", update, "hvs.two"),
			applied(`config = { `+address+`, token_wo = "hvs.three" }`, update, "hvs.three", rotated(), setting("token", null), setting("token_wo", null)),
			applied(`config = { `+address+`, token_wo = "hvs.three" }`, nothing, "hvs.three"),
			applied(`config = { `+address+`, token_wo = "hvs.four", token_wo_version = 1 }`, update, "hvs.four", rotated()),
			applied(`config = { `+address+`, token_wo = "hvs.five", token_wo_version = 1 }`, nothing, "hvs.four"),
			applied(`config = { address = "http://vault:8200", token_wo = "hvs.five", token_wo_version = 1 }`, update, "hvs.four"),
			applied(`config = { `+address+`, token_wo = "hvs.five", token_wo_version = 2 }`, update, "hvs.five", rotated()),
			applied(approle+`secret_id = "s-one"`+"\n}", update, "s-one", rotated(), setting("approle_mount", knownvalue.StringExact("approle"))),
			applied(approle+"secret_id = \"s-one\"\napprole_mount = \"team/approle\"\n}", update, "s-one", setting("approle_mount", knownvalue.StringExact("team/approle"))),
			applied(approle+`secret_id_wo = "s-two"`+"\n}", update, "s-two", rotated(), setting("approle_mount", knownvalue.StringExact("approle"))),
			applied(approle+`secret_id_wo = "s-two"`+"\nsecret_id_wo_version = 1\n}", update, "s-two"),
			{ResourceName: secretProvider, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID(secretProvider), ImportStateVerifyIgnore: []string{"config.secret_id_wo_version"}},
			// The same text as the secret id's, but another credential.
			applied(`config = { `+address+`, token_wo = "s-two", token_wo_version = 1 }`, update, "s-two", rotated(), setting("role_id", null), setting("approle_mount", null)),
			{Config: vault(slug, `config = { `+address+`, token = "hvs.six", ca_certificate = "/etc/ssl/ca.pem" }`),
				ExpectError: wrapped(`with agyn_secret_provider\.vault.*config`, "Must be PEM certificates")},
		},
	})
}

// certificate returns a PEM certificate in HCL.
func certificate(t *testing.T) string {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	return fmt.Sprintf("%q", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

func TestAccSecretProviderChangedElsewhereIsRestored(t *testing.T) {
	acceptance(t)
	const address = "https://vault.example.com:8200"
	elsewhere := client.SecretProviderConfigInput{Address: address, Token: new("hvs.elsewhere")}
	for name, changed := range map[string]struct {
		config, credential string
		to                 client.SecretProviderConfigInput
	}{
		"a token":            {`token = "hvs.one"`, "hvs.one", elsewhere},
		"a write-only token": {`token_wo = "hvs.one"`, "hvs.one", elsewhere},
		"one with a version": {"token_wo = \"hvs.one\"\ntoken_wo_version = 1", "hvs.one", elsewhere},
		"an auth method":     {"role_id = \"r\"\nsecret_id_wo = \"s-one\"", "s-one", elsewhere},
		"a secret id": {"role_id = \"r\"\nsecret_id = \"s-one\"", "s-one",
			client.SecretProviderConfigInput{Address: address, RoleId: new("r"), SecretId: new("s-elsewhere")}},
		"an address": {`token = "hvs.one"`, "hvs.one", client.SecretProviderConfigInput{Address: "http://elsewhere:8200"}},
	} {
		t.Run(name, func(t *testing.T) {
			config := vault(acctest.RandomWithPrefix("acme"), fmt.Sprintf("config = {\naddress = %q\n%s\n}", address, changed.config))
			same := statecheck.CompareValue(compare.ValuesSame())
			fingerprint := func() []statecheck.StateCheck {
				return []statecheck.StateCheck{same.AddStateValue(secretProvider, tfjsonpath.New("credentials_fingerprint"))}
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				CheckDestroy:             isGone,
				Steps: []resource.TestStep{
					{Config: config, ConfigStateChecks: fingerprint()},
					{Config: config, ExpectNonEmptyPlan: true, Check: eachOf(func(organization string, resources map[string]string) error {
						_, _, err := server.SecretProvidersAPI.UpdateSecretProvider(background(), organization, resources[secretProvider]).
							SecretProviderUpdate(client.SecretProviderUpdate{Name: "vault-prod", Type: client.SECRETPROVIDERTYPE_VAULT, Config: changed.to}).Execute()
						return err
					})},
					{
						Config: config,
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(secretProvider, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						ConfigStateChecks: fingerprint(),
						Check:             eachOf(hasCredential(changed.credential)),
					},
				},
			})
		})
	}
}

func TestAccSecretProviderImportPlansOnlyItsCredential(t *testing.T) {
	acceptance(t)
	for name, imported := range map[string]struct {
		config  string
		changed []string
	}{
		"plain":                     {`token = "hvs.one"`, []string{"config", "credentials_fingerprint"}},
		"write-only":                {`token_wo = "hvs.one"`, []string{"credentials_fingerprint"}},
		"write-only with a version": {"token_wo = \"hvs.one\"\ntoken_wo_version = 1", []string{"config", "credentials_fingerprint"}},
	} {
		t.Run(name, func(t *testing.T) {
			slug := acctest.RandomWithPrefix("acme")
			created, _, err := server.OrganizationsAPI.CreateOrganization(background()).OrganizationCreate(client.OrganizationCreate{Name: "Acme", Slug: &slug}).Execute()
			if err != nil {
				t.Fatal(err)
			}
			found, _, err := server.SecretProvidersAPI.CreateSecretProvider(background(), created.Id).SecretProviderCreate(client.SecretProviderCreate{
				Name: "vault-prod", Type: client.SECRETPROVIDERTYPE_VAULT,
				Config: client.SecretProviderConfigInput{Address: "http://vault:8200", Token: new("hvs.elsewhere")}}).Execute()
			if err != nil {
				t.Fatal(err)
			}
			config := vault(slug, "config = {\naddress = \"http://vault:8200\"\n"+imported.config+"\n}") +
				importBlock(organization, created.Id) + importBlock(secretProvider, created.Id+"/"+found.Id)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				CheckDestroy:             isGone,
				Steps: []resource.TestStep{{
					Config: config,
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(secretProvider, plancheck.ResourceActionUpdate),
							changesOnly{secretProvider, imported.changed},
						},
						PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
					Check: eachOf(hasCredential("hvs.one")),
				}},
			})
		})
	}
}

func TestAccSecretProviderPlanRejectsInvalidConfigs(t *testing.T) {
	acceptance(t)
	const address = `address = "https://vault.example.com:8200"` + "\n"
	for name, invalid := range map[string]struct{ kind, config, remedy string }{
		"an unknown type":            {"aws", address + `token = "t"`, `"vault"`},
		"no credential":              {"vault", address, "Set token or token_wo, or role_id and secret_id"},
		"two auth methods":           {"vault", address + "token = \"t\"\nrole_id = \"r\"\nsecret_id = \"s\"", "Set token, or role_id and secret_id, not both"},
		"a token twice":              {"vault", address + "token = \"t\"\ntoken_wo = \"t\"", "Set token or token_wo, not both"},
		"a role without a secret id": {"vault", address + `role_id = "r"`, "Add secret_id or secret_id_wo"},
		"a secret id without a role": {"vault", address + `secret_id_wo = "s"`, "Add role_id; secret_id_wo requires it"},
		"a version without a token":  {"vault", address + "token = \"t\"\ntoken_wo_version = 1", "token_wo"},
		"a token with a space":       {"vault", address + `token = "a b"`, "visible ASCII characters"},
		"an address with /v1":        {"vault", `address = "https://vault.example.com/v1"` + "\n" + `token = "t"`, "must not end in /v1"},
		"no address":                 {"vault", `token = "t"`, "address"},
		"an invalid namespace":       {"vault", address + "token = \"t\"\nnamespace = \"/a\"", "separated by slashes"},
	} {
		t.Run(name, func(t *testing.T) {
			config := fmt.Sprintf(`
resource "agyn_secret_provider" "invalid" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "invalid"
  type            = %q
  config = {
    %s
  }
}`, invalid.kind, invalid.config)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				Steps:                    []resource.TestStep{{Config: config, PlanOnly: true, ExpectError: wrapped("config|type", invalid.remedy)}},
			})
		})
	}
}

func TestAccSecretProviderUnknownValuesPassThePlan(t *testing.T) {
	acceptance(t)
	const provider = `
resource "agyn_secret_provider" "%s" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "unknown"
  type            = "vault"
  config          = %s
}`
	config := `
resource "terraform_data" "later" {
  input = "later"
}
resource "terraform_data" "config" {
  input = { address = "http://vault:8200", token = "t" }
}` + fmt.Sprintf(provider, "whole", "terraform_data.config.output") +
		fmt.Sprintf(provider, "token", `{ address = "http://vault:8200", token_wo = terraform_data.later.output }`) +
		fmt.Sprintf(provider, "role", `{ address = terraform_data.later.output, role_id = terraform_data.later.output, secret_id = terraform_data.later.output }`)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps:                    []resource.TestStep{{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}},
	})
}

// token_wo comes from an ephemeral variable, in an object that is not ephemeral itself.
func TestAccSecretProviderWriteOnlyCredentialsAreNowhereOnDisk(t *testing.T) {
	acceptance(t)
	marks := []string{"hvs-marked-token", "marked-secret-id"}
	workspace := newWorkspace(t, `
variable "token" {
  ephemeral = true
}
variable "secret_id" {
  ephemeral = true
}
resource "agyn_organization" "acme" {
  name = "Acme"
}
resource "agyn_secret_provider" "token" {
  organization_id = agyn_organization.acme.id
  name            = "token"
  type            = "vault"
  config          = { address = "http://vault:8200", token_wo = var.token }
}
resource "agyn_secret_provider" "approle" {
  organization_id = agyn_organization.acme.id
  name            = "approle"
  type            = "vault"
  config = {
    address              = "http://vault:8200"
    role_id              = "r"
    secret_id_wo         = var.secret_id
    secret_id_wo_version = 1
  }
}
`, "TF_VAR_token="+marks[0], "TF_VAR_secret_id="+marks[1], "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	workspace.terraform(0, "plan", "-out=tfplan")
	workspace.assertAbsent("tfplan", marks...)
	workspace.terraform(0, "apply", "tfplan")
	workspace.terraform(0, "plan", "-detailed-exitcode")
	workspace.assertAbsent("terraform.tfstate", marks...)
	workspace.terraform(0, "destroy", "-auto-approve")
	for _, file := range []string{"terraform.tfstate", "terraform.tfstate.backup", "trace.log"} {
		workspace.assertAbsent(file, marks...)
	}
}
