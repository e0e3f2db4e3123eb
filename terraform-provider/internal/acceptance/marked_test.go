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
  description     = "Reads by itself"
  organization_id = agyn_organization.acme.id
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

// Values come by variables that are ephemeral: the configuration itself is in a plan file.
func TestAccAWriteOnlySecretIsInNoStateNoPlanAndNoLog(t *testing.T) {
	acceptance(t)
	marks := []string{"sk-marked-value", "sk-marked-token", "marked-header-value"}
	workspace := newWorkspace(t, markedConfig, "TF_VAR_value="+marks[0], "TF_VAR_token="+marks[1], "TF_VAR_header="+marks[2],
		"TF_VAR_slug="+acctest.RandomWithPrefix("acme"), "TF_LOG=TRACE", "TF_LOG_PATH=trace.log")
	workspace.terraform(0, "plan", "-out=tfplan")
	workspace.holdsNone("tfplan", marks...)
	workspace.terraform(0, "apply", "tfplan")
	workspace.terraform(0, "plan", "-detailed-exitcode")

	// With another value, the secret is changed, and with it what is copied from it; the one with a version is not.
	marks = append(marks, "sk-marked-second")
	workspace.environment[0] = "TF_VAR_value=" + marks[3]
	workspace.terraform(2, "plan", "-detailed-exitcode", "-out=tfplan")
	workspace.holdsNone("tfplan", marks...)
	said := workspace.terraform(0, "apply", "tfplan")
	if !strings.Contains(said, "2 changed") && !strings.Contains(said, "1 changed") {
		t.Errorf("not what is changed alone is updated:\n%s", said)
	}
	workspace.terraform(0, "apply", "-auto-approve")
	values := valuesOf(t, workspace)
	for name, value := range map[string]string{"hashed": marks[3], "versioned": marks[0], "copied": marks[3] + "-copied"} {
		if values[name] != value {
			t.Errorf("the server has %s of %s, not %s", values[name], name, value)
		}
	}
	tokens, _, err := server.ApiTokensAPI.ListApiTokens(background()).Execute()
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens.Items {
		if token.Description == "Reads by itself" {
			t.Errorf("the ephemeral token %s is not revoked", token.Id)
		}
	}
	workspace.terraform(0, "destroy", "-auto-approve")
	for _, file := range []string{"terraform.tfstate", "terraform.tfstate.backup", "trace.log"} {
		workspace.holdsNone(file, append(marks, os.Getenv("AGYN_TOKEN"))...)
	}
	// The test would see nothing where nothing is logged.
	if !bytes.Contains(workspace.read("trace.log"), []byte("Asking the server")) {
		t.Error("no request is in the log")
	}
	if tokens := regexp.MustCompile(`agyn_[0-9A-Za-z]{44}`).FindAll(workspace.searched("trace.log"), 1); len(tokens) > 0 {
		t.Error("an API token is in the log")
	}
}

// The search must find what is there.
func TestAccThePlainFormIsFoundByTheSearch(t *testing.T) {
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
		if !bytes.Contains(workspace.searched(file), []byte("sk-marked-plain")) {
			t.Errorf("%s is not searched", file)
		}
	}
	workspace.terraform(0, "destroy", "-auto-approve")
}

func TestAccAChangeElsewhereIsWarnedOf(t *testing.T) {
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
			said := workspace.terraform(2, "plan", "-detailed-exitcode")
			for _, part := range []string{"A credential was changed elsewhere", "secret key", "ignore_changes", "will be updated in-place"} {
				if !strings.Contains(said, part) {
					t.Errorf("the plan does not say %q:\n%s", part, said)
				}
			}
			if said := workspace.terraform(0, "apply", "-auto-approve"); !strings.Contains(said, "1 changed") {
				t.Errorf("it is not put back:\n%s", said)
			}
			if said := workspace.terraform(0, "plan", "-detailed-exitcode"); strings.Contains(said, "changed elsewhere") {
				t.Errorf("it is warned of again:\n%s", said)
			}
			workspace.terraform(0, "destroy", "-auto-approve")
		})
	}
}

// valuesOf reveals the values of the secrets in a state, by their names.
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
