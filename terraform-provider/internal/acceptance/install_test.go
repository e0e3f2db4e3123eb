package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// After make install, terraform init and tofu init find the provider, each under its own registry.
func TestAccInitFindsTheInstalledProvider(t *testing.T) {
	acceptance(t)
	// The go command may still write there after it has exited, while the temporary HOME is removed.
	if settings, err := os.UserConfigDir(); err == nil {
		t.Setenv("XDG_CONFIG_HOME", settings)
	}
	t.Setenv("HOME", t.TempDir())
	output := run(t, ".", filepath.Join("..", "..", "scripts", "install.sh"))
	terraform, err := terraformPath()
	if err != nil {
		t.Fatal(err)
	}
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		t.Run(registry, func(t *testing.T) {
			if !strings.Contains(output, registry) {
				t.Errorf("install.sh does not name %s: %s", registry, output)
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

// Terraform records the checksum of a version in a folder's lock file, and rejects the same version with another checksum.
func TestAccInitializedFolderWorksAfterARebuild(t *testing.T) {
	acceptance(t)
	if settings, err := os.UserConfigDir(); err == nil {
		t.Setenv("XDG_CONFIG_HOME", settings)
	}
	t.Setenv("HOME", t.TempDir())
	terraform, err := terraformPath()
	if err != nil {
		t.Fatal(err)
	}
	checkout, folder := t.TempDir(), t.TempDir()
	binary := filepath.Join(checkout, "bin", "terraform-provider-agyn")
	install := func(built time.Time) {
		if err := os.Chtimes(binary, built, built); err != nil {
			t.Fatal(err)
		}
		run(t, ".", filepath.Join(checkout, "scripts", "install.sh"))
	}
	provider, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{provider: filepath.Dir(binary), filepath.Join("..", "..", "scripts"): filepath.Join(checkout, "scripts")} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	write := func(path, text string, mode int) {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|mode, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(folder, "main.tf"), "terraform {\n  required_providers {\n    agyn = {\n      source = \"agynio/agyn\"\n    }\n  }\n}\n", os.O_TRUNC)

	first := time.Unix(1_800_000_000, 0)
	install(first)
	run(t, folder, terraform, "init", "-no-color")
	write(binary, "another build", os.O_APPEND)
	install(first.Add(time.Minute))

	run(t, folder, terraform, "providers", "schema", "-json")
	run(t, folder, terraform, "init", "-no-color")
	if output := run(t, folder, terraform, "init", "-upgrade", "-no-color"); !strings.Contains(output, "v1.0.1800000060") {
		t.Errorf("the upgrade does not use the new build: %s", output)
	}
	for build := range 6 {
		install(first.Add(time.Duration(build+2) * time.Minute))
	}
	kept, err := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".terraform.d", "plugins", "registry.terraform.io", "agynio", "agyn", "*"))
	if err != nil || len(kept) != 5 {
		t.Errorf("kept builds: %v, %v", kept, err)
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
