package acceptance

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// step applies a stack, checks its plan, and requires an empty plan afterwards.
func step(stack stack, planned plancheck.PlanCheck, value string, checks ...statecheck.StateCheck) resource.TestStep {
	return resource.TestStep{
		Config: stack.hcl(),
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{planned},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
		ConfigStateChecks: checks,
		Check:             eachOf(hasValue(value)),
	}
}

func version(version int64) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(secret, tfjsonpath.New("version"), knownvalue.Int64Exact(version))
}

func isNull(address, attribute string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.Null())
}

func TestAccWriteOnlyValueIsSentWhenItOrItsVersionChanges(t *testing.T) {
	acceptance(t)
	with := func(value string) stack {
		changed := newStack()
		changed.slug = "acme-write-only"
		changed.value = value
		return changed
	}
	renamed := with("value_wo = \"sk-four\"\nvalue_wo_version = 2")
	renamed.secretName = "renamed"
	update := plancheck.ExpectResourceAction(secret, plancheck.ResourceActionUpdate)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			step(with(`value_wo = "sk-one"`), plancheck.ExpectResourceAction(secret, plancheck.ResourceActionCreate), "sk-one", version(1), isNull(secret, "value_wo")),
			step(with(`value_wo = "sk-two"`), update, "sk-two", version(2)),
			step(with(`value_wo = "sk-two"`), plancheck.ExpectEmptyPlan(), "sk-two", version(2)),
			step(with("value_wo = \"sk-three\"\nvalue_wo_version = 1"), update, "sk-three", version(3)),
			step(with("value_wo = \"sk-four\"\nvalue_wo_version = 1"), plancheck.ExpectEmptyPlan(), "sk-three", version(3)),
			step(with("value_wo = \"sk-three\"\nvalue_wo_version = 2"), update, "sk-three", version(3)),
			// With a version, no update sends the value unless the version changes.
			step(renamed, update, "sk-three", version(3)),
		},
	})
}

func TestAccCredentialSwitchesFormInPlace(t *testing.T) {
	acceptance(t)
	plain := newStack()
	plain.credentials = `token = "sk-inline"`
	writeOnly := plain
	writeOnly.value, writeOnly.credentials = `value_wo = "sk-one"`, `token_wo = "sk-inline"`
	headers := writeOnly
	headers.authMethod, headers.credentials = "custom_headers", `custom_headers = { "X-Key" = "k" }`
	headersWO := headers
	headersWO.credentials = `custom_headers_wo = { "X-Key" = "k" }`
	of := func(address string) plancheck.PlanCheck {
		return plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			step(plain, plancheck.ExpectResourceAction(secret, plancheck.ResourceActionCreate), "sk-one", version(1)),
			step(writeOnly, of(secret), "sk-one", version(1), isNull(secret, "value"), isNull(secret, "value_wo"), isNull(llmProvider, "token"), isNull(llmProvider, "token_wo")),
			step(headers, of(llmProvider), "sk-one"),
			step(headersWO, of(llmProvider), "sk-one", isNull(llmProvider, "custom_headers"), isNull(llmProvider, "custom_headers_wo")),
			step(writeOnly, of(llmProvider), "sk-one"),
			step(plain, of(secret), "sk-one", version(1), statecheck.ExpectKnownValue(secret, tfjsonpath.New("value"), knownvalue.StringExact("sk-one"))),
		},
	})
}

func TestAccCredentialFormsAreMutuallyExclusive(t *testing.T) {
	acceptance(t)
	for name, invalid := range map[string]struct{ value, remedy string }{
		"both":                      {"value = \"a\"\nvalue_wo = \"a\"", "Set value or value_wo, not both"},
		"none":                      {"", "Set value, or value_wo"},
		"a version without a value": {"value = \"a\"\nvalue_wo_version = 1", "value_wo"},
		"a value that is too long":  {`value_wo = join("", [for i in range(1000) : "` + strings.Repeat("0123456789", 7) + `"])`, "Invalid length"},
		"an empty value":            {`value_wo = ""`, "Invalid length"},
	} {
		t.Run(name, func(t *testing.T) {
			config := `
resource "agyn_secret" "invalid" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "invalid"
  ` + invalid.value + `
}`
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				Steps:                    []resource.TestStep{{Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)` + wrapped("", invalid.remedy).String())}},
			})
		})
	}
}
