package acceptance

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

const markedConfig = `
variable "value" {
  ephemeral = true
}
variable "token" {
  ephemeral = true
}
variable "header" {
  ephemeral = true
}
variable "slug" {}

resource "agyn_organization" "acme" {
  name = "Acme"
  slug = var.slug
}
resource "agyn_secret" "hashed" {
  organization_id = agyn_organization.acme.id
  name            = "hashed"
  value_wo        = var.value
}
resource "agyn_secret" "versioned" {
  organization_id  = agyn_organization.acme.id
  name             = "versioned"
  value_wo         = var.value
  value_wo_version = 1
}
ephemeral "agyn_secret_value" "hashed" {
  organization_id = agyn_organization.acme.id
  secret_id       = agyn_secret.hashed.id
}
resource "agyn_secret" "copied" {
  organization_id = agyn_organization.acme.id
  name            = "copied"
  value_wo        = "${ephemeral.agyn_secret_value.hashed.value}-copied"
}
resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_wo        = var.token
}
resource "agyn_llm_provider" "gateway" {
  organization_id   = agyn_organization.acme.id
  name              = "gateway"
  endpoint          = "https://api.openai.com/v1"
  protocol          = "responses"
  auth_method       = "custom_headers"
  custom_headers_wo = { "X-Key" = var.header }
}
ephemeral "agyn_api_token" "reader" {
  description     = "Reader"
  organization_id = agyn_organization.acme.id
  scopes          = ["read"]
}
provider "agyn" {
  alias = "reader"
  token = ephemeral.agyn_api_token.reader.token
}
data "agyn_secret" "by_reader" {
  provider        = agyn.reader
  organization_id = agyn_organization.acme.id
  name            = agyn_secret.copied.name
}
`

// The values are ephemeral variables: a plan file contains the configuration.
func TestAccWriteOnlyCredentialsAreNowhereOnDisk(t *testing.T) {
	acceptance(t)
	marks := []string{"sk-marked-value", "sk-marked-token", "marked-header-value"}
	workspace := newWorkspace(t, markedConfig, "TF_VAR_value="+marks[0], "TF_VAR_token="+marks[1], "TF_VAR_header="+marks[2],
		"TF_VAR_slug="+acctest.RandomWithPrefix("acme"), "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	workspace.terraform(0, "plan", "-out=tfplan")
	workspace.assertAbsent("tfplan", marks...)
	workspace.terraform(0, "apply", "tfplan")
	workspace.terraform(0, "plan", "-detailed-exitcode")

	// Another value changes the secret and its copy, but not the secret with a version.
	marks = append(marks, "sk-marked-second")
	workspace.environment[0] = "TF_VAR_value=" + marks[3]
	workspace.terraform(2, "plan", "-detailed-exitcode", "-out=tfplan")
	workspace.assertAbsent("tfplan", marks...)
	output := workspace.terraform(0, "apply", "tfplan")
	if !strings.Contains(output, "2 changed") && !strings.Contains(output, "1 changed") {
		t.Errorf("not exactly the changed secrets are updated:\n%s", output)
	}
	workspace.terraform(0, "apply", "-auto-approve")
	values := valuesOf(t, workspace)
	for name, value := range map[string]string{"hashed": marks[3], "versioned": marks[0], "copied": marks[3] + "-copied"} {
		if values[name] != value {
			t.Errorf("%s is %s on the server, want %s", name, values[name], value)
		}
	}
	tokens, _, err := server.ApiTokensAPI.ListApiTokens(background()).Execute()
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens.Items {
		if token.Description == "Reader" {
			t.Errorf("the ephemeral token %s is not revoked", token.Id)
		}
	}
	workspace.terraform(0, "destroy", "-auto-approve")
	for _, file := range []string{"terraform.tfstate", "terraform.tfstate.backup", "trace.log"} {
		workspace.assertAbsent(file, append(marks, os.Getenv("AGYN_TOKEN"))...)
	}
	// Without log messages, the assertions on the log would be void.
	if !bytes.Contains(workspace.read("trace.log"), []byte("Sending a request")) {
		t.Error("no request is in the log")
	}
	if tokens := regexp.MustCompile(`agyn_[0-9A-Za-z]{44}`).FindAll(workspace.searchable("trace.log"), 1); len(tokens) > 0 {
		t.Error("an API token is in the log")
	}
}

// Proves that the search for marked values works.
func TestAccPlainCredentialsAreFoundOnDisk(t *testing.T) {
	acceptance(t)
	workspace := newWorkspace(t, `
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = "`+acctest.RandomWithPrefix("acme")+`"
}
resource "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = "key"
  value           = "sk-marked-plain"
}`)
	workspace.terraform(0, "plan", "-out=tfplan")
	workspace.terraform(0, "apply", "tfplan")
	for _, file := range []string{"tfplan", "terraform.tfstate"} {
		if !bytes.Contains(workspace.searchable(file), []byte("sk-marked-plain")) {
			t.Errorf("%s does not show the value", file)
		}
	}
	workspace.terraform(0, "destroy", "-auto-approve")
}

func TestAccForeignChangeIsReportedAndReverted(t *testing.T) {
	acceptance(t)
	for name, value := range map[string]string{"plain": `value = "sk-one"`, "write-only": `value_wo = "sk-one"`} {
		t.Run(name, func(t *testing.T) {
			workspace := newWorkspace(t, `
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = "`+acctest.RandomWithPrefix("acme")+`"
}
resource "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = "key"
  `+value+`
}`)
			workspace.terraform(0, "apply", "-auto-approve")
			organization, id := idsOf(t, workspace, "agyn_secret.key")
			elsewhere := "sk-elsewhere"
			if _, _, err := server.SecretsAPI.UpdateSecret(background(), organization, id).SecretUpdate(client.SecretUpdate{Name: "key", Value: &elsewhere}).Execute(); err != nil {
				t.Fatal(err)
			}
			output := workspace.terraform(2, "plan", "-detailed-exitcode")
			for _, part := range []string{"A credential was changed outside of Terraform", "secret key", "ignore_changes", "will be updated"} {
				if !strings.Contains(output, part) {
					t.Errorf("the plan does not contain %q:\n%s", part, output)
				}
			}
			if output := workspace.terraform(0, "apply", "-auto-approve"); !strings.Contains(output, "1 changed") {
				t.Errorf("the value is not restored:\n%s", output)
			}
			if output := workspace.terraform(0, "plan", "-detailed-exitcode"); strings.Contains(output, "outside of Terraform") {
				t.Errorf("the warning is repeated:\n%s", output)
			}
			workspace.terraform(0, "destroy", "-auto-approve")
		})
	}
}

// valuesOf reveals the values of the secrets in a state, by name.
func valuesOf(t *testing.T, workspace *workspace) map[string]string {
	t.Helper()
	values := map[string]string{}
	for _, found := range resourcesOf(t, workspace) {
		if found.kind != "agyn_secret" || found.mode != "managed" {
			continue
		}
		revealed, _, err := server.SecretsAPI.RevealSecret(background(), found.attributes["organization_id"], found.attributes["id"]).Execute()
		if err != nil {
			t.Fatal(err)
		}
		values[found.attributes["name"]] = revealed.Value
	}
	return values
}

func idsOf(t *testing.T, workspace *workspace, address string) (organization, id string) {
	t.Helper()
	for _, found := range resourcesOf(t, workspace) {
		if found.kind+"."+found.name == address {
			return found.attributes["organization_id"], found.attributes["id"]
		}
	}
	t.Fatalf("%s is not in the state %s", address, filepath.Join(workspace.folder, "terraform.tfstate"))
	return "", ""
}
