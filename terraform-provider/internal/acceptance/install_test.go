package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// After make install, the init of terraform and that of tofu find the provider, whichever registry they take it from.
func TestAccTheInstalledProviderIsFoundByInit(t *testing.T) {
	acceptance(t)
	// The go command may write there even after it has ended, while the temporary HOME is being removed.
	if settings, err := os.UserConfigDir(); err == nil {
		t.Setenv("XDG_CONFIG_HOME", settings)
	}
	t.Setenv("HOME", t.TempDir())
	said := run(t, ".", filepath.Join("..", "..", "scripts", "install.sh"))
	terraform, err := terraformPath()
	if err != nil {
		t.Fatal(err)
	}
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		t.Run(registry, func(t *testing.T) {
			if !strings.Contains(said, registry) {
				t.Errorf("install.sh does not tell of %s: %s", registry, said)
			}
			folder := t.TempDir()
			config := `
terraform {
  required_providers {
    agyn = {
      source = "` + registry + `/agynio/agyn"
    }
  }
}`
			if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, folder, terraform, "init", "-no-color")
		})
	}
}

func run(t *testing.T, folder, name string, arguments ...string) string {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Dir = folder
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, output)
	}
	return string(output)
}
