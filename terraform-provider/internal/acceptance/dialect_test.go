package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// subjectBlock is the only block of the documentation that needs an identity provider: no API sets a user's id there.
var subjectBlock = regexp.MustCompile(`(?s)data "agyn_user" "grace" \{.*?\n\}\n`)

// Configurations written by the product's documentation need no change. They are installed as from a registry, with their version.
func TestAccDocumentedConfigurationRunsUnchanged(t *testing.T) {
	acceptance(t)
	ada, _, err := server.UsersAPI.CreateUser(background()).UserCreate(client.UserCreate{Name: "Ada", Username: new("ada")}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.UsersAPI.DeleteUser(background(), ada.Id).Execute() })
	platform, _, err := server.OrganizationsAPI.CreateOrganization(background()).OrganizationCreate(client.OrganizationCreate{Name: "platform"}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.OrganizationsAPI.DeleteOrganization(background(), platform.Id).Execute() })
	folder := t.TempDir()
	files, err := filepath.Glob(filepath.Join("testdata", "dialect", "*.tf"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	write := func(change func(string) string) {
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), []byte(change(string(content))), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	configuration := filepath.Join(folder, "terraform.tfrc")
	installation := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror(t))
	if err := os.WriteFile(configuration, []byte(installation), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"TF_CLI_CONFIG_FILE": configuration, "TF_VAR_agyn_gateway": os.Getenv("AGYN_GATEWAY"), "TF_VAR_agyn_api_token": os.Getenv("AGYN_TOKEN"),
		"TF_VAR_openai_api_key": "sk-openai", "TF_VAR_anthropic_api_key": "sk-anthropic", "TF_VAR_vault_token": "hvs.dialect",
	} {
		t.Setenv(name, value)
	}
	for _, name := range []string{"AGYN_GATEWAY", "AGYN_TOKEN"} {
		t.Setenv(name, "")
	}
	terraform, err := terraformPath()
	if err != nil {
		t.Fatal(err)
	}
	write(func(config string) string { return config })
	run(t, folder, terraform, "init", "-no-color")
	run(t, folder, terraform, "validate", "-no-color")
	write(func(config string) string { return subjectBlock.ReplaceAllString(config, "") })
	run(t, folder, terraform, "apply", "-auto-approve", "-no-color")
	found, _, err := server.UsersAPI.GetUser(background(), ada.Id).Execute()
	if err != nil || found.Role != client.ROLE_CLUSTER_ADMIN {
		t.Errorf("ada is %v (%v)", found, err)
	}
	if plan := run(t, folder, terraform, "plan", "-no-color"); !strings.Contains(plan, "No changes.") {
		t.Errorf("the second plan is not empty:\n%s", plan)
	}
	run(t, folder, terraform, "destroy", "-auto-approve", "-no-color")
	if found, _, err = server.UsersAPI.GetUser(background(), ada.Id).Execute(); err != nil || found.Role != client.ROLE_USER {
		t.Errorf("ada is %v (%v)", found, err)
	}
}
