package acceptance

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// terraform plan shows the attribute and the remedy.
func TestAccPlanRejectsInvalidCredentials(t *testing.T) {
	acceptance(t)
	for name, invalid := range map[string]struct{ protocol, method, credentials, attribute, remedy string }{
		"an unknown protocol":           {"grpc", "bearer", `token = "t"`, "protocol", `"responses" "anthropic_messages"`},
		"an unknown auth method":        {"responses", "basic", `token = "t"`, "auth_method", `"bearer" "x_api_key" "custom_headers"`},
		"bearer without a token":        {"responses", "bearer", "", "auth_method|resource", "Set token, token_wo or token_secret_id"},
		"x_api_key without a token":     {"responses", "x_api_key", "", "auth_method|resource", "Set token, token_wo or token_secret_id"},
		"bearer with two tokens":        {"responses", "bearer", `token = "t"` + "\n" + `token_secret_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"`, "token", "Set token_secret_id or token, not both"},
		"bearer with custom headers":    {"responses", "bearer", `token = "t"` + "\n" + `custom_headers = { "X-A" = "b" }`, "custom_headers", "Remove custom_headers"},
		"custom headers with a token":   {"responses", "custom_headers", `token = "t"` + "\n" + `custom_headers = { "X-A" = "b" }`, "token", "Remove token"},
		"custom headers with a secret":  {"responses", "custom_headers", `token_secret_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"` + "\n" + `custom_headers = { "X-A" = "b" }`, "token_secret_id", "Remove token_secret_id"},
		"custom headers without any":    {"responses", "custom_headers", "", "auth_method|resource", "it must have at least one header"},
		"custom headers that are empty": {"responses", "custom_headers", `custom_headers = {}`, "custom_headers", "it must have at least one header"},
		"Host":                          {"responses", "custom_headers", `custom_headers = { "Host" = "x" }`, "custom_headers", "Host is managed by the proxy"},
		"content-length":                {"responses", "custom_headers", `custom_headers = { "content-length" = "1" }`, "custom_headers", "content-length is managed by the proxy"},
		"CONNECTION":                    {"responses", "custom_headers", `custom_headers = { "CONNECTION" = "close" }`, "custom_headers", "CONNECTION is managed by the proxy"},
		"Transfer-encoding":             {"responses", "custom_headers", `custom_headers = { "Transfer-encoding" = "x" }`, "custom_headers", "Transfer-encoding is managed by the proxy"},
		"an invalid header name":        {"responses", "custom_headers", `custom_headers = { "X A" = "b" }`, "custom_headers", "A header name may contain only letters"},
		"an invalid header value":       {"responses", "custom_headers", `custom_headers = { "X-A" = "b\r\nX-Evil: 1" }`, "custom_headers", "visible ASCII"},
		"one header in two spellings":   {"responses", "custom_headers", `custom_headers = { "X-A" = "1", "x-a" = "2" }`, "custom_headers", "Duplicate of header X-A"},
	} {
		t.Run(name, func(t *testing.T) {
			config := fmt.Sprintf(`
resource "agyn_llm_provider" "invalid" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "invalid"
  endpoint        = "https://api.openai.com/v1"
  protocol        = %q
  auth_method     = %q
  %s
}`, invalid.protocol, invalid.method, invalid.credentials)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				Steps: []resource.TestStep{
					{Config: config, PlanOnly: true, ExpectError: wrapped(invalid.attribute, invalid.remedy)},
				},
			})
		})
	}
}

func TestAccUnknownValuesPassThePlan(t *testing.T) {
	acceptance(t)
	config := `
resource "terraform_data" "later" {
  input = "sk-later"
}
resource "agyn_llm_provider" "openai" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "openai"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token           = terraform_data.later.output
}
resource "agyn_llm_provider" "gateway" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "gateway"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "custom_headers"
  custom_headers  = { "X-Key" = terraform_data.later.output }
}
resource "terraform_data" "headers" {
  input = { "X-Key" = "k" }
}
resource "agyn_llm_provider" "all_headers" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "all-headers"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "custom_headers"
  custom_headers  = terraform_data.headers.output
}
resource "terraform_data" "method" {
  input = "x_api_key"
}
resource "agyn_llm_provider" "method" {
  organization_id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
  name            = "method"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = terraform_data.method.output
  token_secret_id = terraform_data.later.output
}`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps:                    []resource.TestStep{{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}},
	})
}

// wrapped matches an attribute, then text that Terraform may have wrapped into framed lines.
func wrapped(attribute, text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	return regexp.MustCompile(`(?s)(` + attribute + `).*` + strings.Join(words, `[\s│]+`))
}
