package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// The server never returns a credential. Its fingerprint shows a change.
func TestAccChangedCredentialIsRestored(t *testing.T) {
	acceptance(t)
	token, headers := newStack(), newStack()
	token.credentials = `token = "sk-inline"`
	headers.authMethod, headers.credentials = "custom_headers", `custom_headers = { "X-Key" = "k" }`
	secretWO, secretWOVersion, tokenWO, headersWO := newStack(), newStack(), newStack(), newStack()
	secretWO.value = `value_wo = "sk-one"`
	secretWOVersion.value = "value_wo = \"sk-one\"\nvalue_wo_version = 1"
	tokenWO.credentials = `token_wo = "sk-inline"`
	headersWO.authMethod, headersWO.credentials = "custom_headers", "custom_headers_wo = { \"X-Key\" = \"k\" }\ncustom_headers_wo_version = 1"
	foreignToken := setCredentials(func(update *client.LlmProviderUpdate) { update.SetToken("sk-elsewhere") })
	foreignHeaders := setCredentials(func(update *client.LlmProviderUpdate) {
		update.SetCustomHeaders(map[string]string{"X-Key": "elsewhere"})
	})
	for name, changed := range map[string]struct {
		stack                stack
		address, fingerprint string
		change               func(organization string, resources map[string]string) error
	}{
		"a secret's value":                           {newStack(), secret, "fingerprint", setValue("sk-elsewhere")},
		"a secret's write-only value":                {secretWO, secret, "fingerprint", setValue("sk-elsewhere")},
		"a secret's write-only value with a version": {secretWOVersion, secret, "fingerprint", setValue("sk-elsewhere")},
		"a token":                   {token, llmProvider, "credentials_fingerprint", foreignToken},
		"a write-only token":        {tokenWO, llmProvider, "credentials_fingerprint", foreignToken},
		"custom headers":            {headers, llmProvider, "credentials_fingerprint", foreignHeaders},
		"write-only custom headers": {headersWO, llmProvider, "credentials_fingerprint", foreignHeaders},
	} {
		t.Run(name, func(t *testing.T) {
			config := changed.stack.hcl()
			same := statecheck.CompareValue(compare.ValuesSame())
			fingerprint := func() []statecheck.StateCheck {
				return []statecheck.StateCheck{same.AddStateValue(changed.address, tfjsonpath.New(changed.fingerprint))}
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				CheckDestroy:             isGone,
				Steps: []resource.TestStep{
					{Config: config, ConfigStateChecks: fingerprint()},
					{Config: config, Check: eachOf(changed.change), ExpectNonEmptyPlan: true},
					{
						Config: config,
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(changed.address, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						ConfigStateChecks: fingerprint(),
					},
				},
			})
		})
	}
}

// An LLM provider that takes its token from a secret has no credential to restore.
func TestAccRestoringASecretDoesNotChangeItsLLMProvider(t *testing.T) {
	acceptance(t)
	config := newStack().hcl()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: config, Check: eachOf(setValue("sk-elsewhere")), ExpectNonEmptyPlan: true},
			{
				Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(secret, plancheck.ResourceActionUpdate),
						plancheck.ExpectResourceAction(llmProvider, plancheck.ResourceActionNoop),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

// With ignore_changes, other systems rotate the credential. Other changes do not restore it either.
func TestAccIgnoredSecretValueIsNotRestored(t *testing.T) {
	acceptance(t)
	for name, ignored := range map[string]struct{ value, ignored string }{
		"plain":                     {valueOf("sk-one"), "value"},
		"write-only":                {`value_wo = "sk-one"`, "value_wo"},
		"write-only with a version": {"value_wo = \"sk-one\"\nvalue_wo_version = 1", "value_wo"},
	} {
		t.Run(name, func(t *testing.T) {
			first := newStack()
			first.value = ignored.value
			ignoring := first
			ignoring.value += "\nlifecycle {\n  ignore_changes = [" + ignored.ignored + "]\n}"
			renamed := ignoring
			renamed.secretName = "renamed"
			restored := renamed
			restored.value = ignored.value
			same := statecheck.CompareValue(compare.ValuesSame())
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				CheckDestroy:             isGone,
				Steps: []resource.TestStep{
					{Config: first.hcl()},
					{Config: ignoring.hcl(), Check: eachOf(setValue("sk-elsewhere"))},
					{
						Config:            ignoring.hcl(),
						ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
						ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(secret, tfjsonpath.New("fingerprint"))},
					},
					{
						Config: renamed.hcl(),
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(secret, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(secret, tfjsonpath.New("fingerprint"))},
						Check:             eachOf(hasValue("sk-elsewhere")),
					},
					{
						Config: restored.hcl(),
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(secret, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						Check: eachOf(hasValue("sk-one")),
					},
				},
			})
		})
	}
}

func TestAccIgnoredLLMProviderCredentialIsNotRestored(t *testing.T) {
	acceptance(t)
	foreignHeaders := map[string]string{"X-Key": "elsewhere"}
	for attribute, ignored := range map[string]struct{ authMethod, value string }{
		"token":             {"bearer", `"sk-one"`},
		"token_wo":          {"bearer", `"sk-one"`},
		"custom_headers":    {"custom_headers", `{ "X-Key" = "one" }`},
		"custom_headers_wo": {"custom_headers", `{ "X-Key" = "one" }`},
	} {
		t.Run(attribute, func(t *testing.T) {
			first := newStack()
			first.authMethod, first.credentials = ignored.authMethod, attribute+" = "+ignored.value
			ignoring := first
			ignoring.credentials += "\nlifecycle {\n  ignore_changes = [" + attribute + "]\n}"
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				CheckDestroy:             isGone,
				Steps: []resource.TestStep{
					{Config: first.hcl()},
					{Config: ignoring.hcl(), Check: eachOf(setCredentials(func(update *client.LlmProviderUpdate) {
						if ignored.authMethod == "bearer" {
							update.SetToken("sk-elsewhere")
						} else {
							update.SetCustomHeaders(foreignHeaders)
						}
					}))},
					{
						Config: ignoring.hcl(),
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						Check: eachOf(func(organization string, resources map[string]string) error {
							has, _, err := server.LlmProvidersAPI.RevealLlmProviderCredentials(background(), organization, resources[llmProvider]).Execute()
							if err == nil && has.GetToken() != "sk-elsewhere" && has.GetCustomHeaders()["X-Key"] != "elsewhere" {
								err = fmt.Errorf("the server does not have the credentials that were set outside of Terraform")
							}
							return err
						}),
					},
				},
			})
		})
	}
}

// hasValue asserts the value of the secret on the server.
func hasValue(value string) func(organization string, resources map[string]string) error {
	return func(organization string, resources map[string]string) error {
		revealed, _, err := server.SecretsAPI.RevealSecret(background(), organization, resources[secret]).Execute()
		if err == nil && revealed.Value != value {
			err = fmt.Errorf("the server has %s, want %s", revealed.Value, value)
		}
		return err
	}
}

func setValue(value string) func(organization string, resources map[string]string) error {
	return func(organization string, resources map[string]string) error {
		_, _, err := server.SecretsAPI.UpdateSecret(background(), organization, resources[secret]).SecretUpdate(client.SecretUpdate{
			Name: newStack().secretName, Value: &value}).Execute()
		return err
	}
}

// setCredentials changes only the credentials of the LLM provider.
func setCredentials(set func(*client.LlmProviderUpdate)) func(organization string, resources map[string]string) error {
	return func(organization string, resources map[string]string) error {
		found, _, err := server.LlmProvidersAPI.GetLlmProvider(background(), organization, resources[llmProvider]).Execute()
		if err != nil {
			return err
		}
		update := client.LlmProviderUpdate{
			Name: found.Name, Endpoint: found.Endpoint, Protocol: found.Protocol, AuthMethod: found.AuthMethod}
		set(&update)
		_, _, err = server.LlmProvidersAPI.UpdateLlmProvider(background(), organization, found.Id).LlmProviderUpdate(update).Execute()
		return err
	}
}

// A saved plan does not refresh: its fingerprints are those at the time of the plan.
func TestAccApplyStopsIfACredentialChangedAfterThePlan(t *testing.T) {
	acceptance(t)
	workspace := newWorkspace(t, `
variable "description" {
  type    = string
  default = null
}
variable "name" {
  type    = string
  default = "first"
}
resource "agyn_organization" "acme" {
  name = "Acme"
}
resource "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = "key"
  description     = var.description
  value_wo        = "sk-first"
  lifecycle {
    ignore_changes = [value_wo]
  }
}
resource "agyn_llm_provider" "plain" {
  organization_id = agyn_organization.acme.id
  name            = var.name
  endpoint        = "http://127.0.0.1:9/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token           = "sk-first"
  lifecycle {
    ignore_changes = [token]
  }
}
`)
	workspace.terraform(0, "apply", "-auto-approve")
	organization, key := idsOf(t, workspace, "agyn_secret.key")
	_, plain := idsOf(t, workspace, "agyn_llm_provider.plain")
	workspace.terraform(0, "plan", "-var", "description=new", "-var", "name=second", "-out", "plan")

	rotated := "sk-rotated"
	if _, _, err := server.SecretsAPI.UpdateSecret(background(), organization, key).SecretUpdate(client.SecretUpdate{Name: "key", Value: &rotated}).Execute(); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{llmProvider: plain}
	if err := setCredentials(func(update *client.LlmProviderUpdate) { update.Token = &rotated })(organization, ids); err != nil {
		t.Fatal(err)
	}

	output := workspace.terraform(1, "apply", "plan")
	if strings.Count(output, "changed outside of Terraform after") != 2 || strings.Contains(output, "bug in the provider") {
		t.Error(output)
	}
	if values := valuesOf(t, workspace); values["key"] != rotated {
		t.Errorf("the server has %v", values)
	}
	workspace.terraform(0, "apply", "-auto-approve", "-var", "description=new", "-var", "name=second")
	workspace.terraform(0, "plan", "-detailed-exitcode", "-var", "description=new", "-var", "name=second")
	if values := valuesOf(t, workspace); values["key"] != rotated {
		t.Errorf("the server has %v", values)
	}
	workspace.terraform(0, "destroy", "-auto-approve")
}
