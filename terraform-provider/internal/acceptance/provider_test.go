package acceptance

import (
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

func TestAccConfigurationErrorsNameTheRemedy(t *testing.T) {
	acceptance(t)
	gateway, token := os.Getenv("AGYN_GATEWAY"), os.Getenv("AGYN_TOKEN")
	for name, wrong := range map[string]struct{ gateway, token, remedy string }{
		"no gateway":         {"", token, "AGYN_GATEWAY in the environment"},
		"no token":           {gateway, "", "AGYN_TOKEN in the environment"},
		"an invalid gateway": {"localhost:8080", token, "must be the server's base URL"},
		"no server":          {"http://127.0.0.1:1", token, "No server responds at http://127.0.0.1:1"},
		"a rejected token":   {gateway, "agyn_mistyped", "does not accept the API token"},
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

func TestAccGatewayWithCredentialsIsRejectedAndNotShown(t *testing.T) {
	acceptance(t)
	rejected := false
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		ErrorCheck: func(err error) error {
			rejected = wrapped("", "without user info").MatchString(err.Error())
			if !rejected || strings.Contains(err.Error(), "hunter2") {
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
	if !rejected {
		t.Error("the gateway is accepted")
	}
}

// The token or gateway may depend on a resource that the same apply creates.
func TestAccPlanWorksWithUnknownProviderConfiguration(t *testing.T) {
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
