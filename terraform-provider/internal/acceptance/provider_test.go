package acceptance

import (
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// Whoever has set the provider up wrongly is told which of the two it is, and what to do.
func TestAccTheProviderSaysWhatIsWrongWithItsConfiguration(t *testing.T) {
	acceptance(t)
	gateway, token := os.Getenv("AGYN_GATEWAY"), os.Getenv("AGYN_TOKEN")
	for name, wrong := range map[string]struct{ gateway, token, remedy string }{
		"no gateway":                 {"", token, "AGYN_GATEWAY in the environment"},
		"no token":                   {gateway, "", "AGYN_TOKEN in the environment"},
		"a gateway that is no URL":   {"localhost:8080", token, "must be the server's base URL"},
		"a server that is not there": {"http://127.0.0.1:1", token, "No server answers at http://127.0.0.1:1"},
		"a token that is refused":    {gateway, "agyn_mistyped", "does not know the API token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AGYN_GATEWAY", wrong.gateway)
			t.Setenv("AGYN_TOKEN", wrong.token)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: providers,
				Steps: []resource.TestStep{
					{Config: `data "agyn_organization" "any" { slug = "any" }`, ExpectError: wrapped("", wrong.remedy)},
				},
			})
		})
	}
}

func TestAccAGatewayWithACredentialInItIsRefusedAndNotShown(t *testing.T) {
	acceptance(t)
	refused := false
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		ErrorCheck: func(err error) error {
			refused = wrapped("", "without user info").MatchString(err.Error())
			if !refused || strings.Contains(err.Error(), "hunter2") {
				return err
			}
			return nil
		},
		Steps: []resource.TestStep{{Config: `
provider "agyn" {
  gateway = "https://user:hunter2@127.0.0.1:1"
}
data "agyn_organization" "any" {
  slug = "any"
}`}},
	})
	if !refused {
		t.Error("the gateway is not refused")
	}
}

// A token or gateway that another resource is yet to make must not refuse the plan.
func TestAccAConfigurationThatIsNotKnownYetDoesNotRefuseThePlan(t *testing.T) {
	acceptance(t)
	config := `
resource "terraform_data" "later" {
  input = "agyn_later"
}
provider "agyn" {
  token = terraform_data.later.output
}
resource "agyn_organization" "acme" {
  name = "Acme"
}`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps:                    []resource.TestStep{{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}},
	})
}
