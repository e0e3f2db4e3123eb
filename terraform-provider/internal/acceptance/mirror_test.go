package acceptance

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// mirror creates a filesystem mirror of the built provider, as from a release.
func mirror(t *testing.T) string {
	t.Helper()
	provider, err := built()
	if err != nil {
		t.Fatal(err)
	}
	archives, mirror := t.TempDir(), t.TempDir()
	binary, err := os.ReadFile(filepath.Join(provider, "terraform-provider-agyn"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(archives, fmt.Sprintf("terraform-provider-agyn_1.0.0_%s_%s.zip", runtime.GOOS, runtime.GOARCH)))
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	header := &zip.FileHeader{Name: "terraform-provider-agyn_v1.0.0", Method: zip.Store}
	header.SetMode(0o755)
	writer, err := archive.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write(binary); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, ".", filepath.Join("..", "..", "scripts", "mirror.sh"), archives, mirror)
	return mirror
}

// The module and the examples pass their own tests with a provider that init installs as from a registry.
func TestAccModuleAndExamplesPassTheirTests(t *testing.T) {
	acceptance(t)
	root := filepath.Join("..", "..", "..")
	tests, err := filepath.Glob(filepath.Join(root, "*", "*", "tests", "*.tftest.hcl"))
	if err != nil || len(tests) < 3 {
		t.Fatalf("found only %v (%v)", tests, err)
	}
	mirror := mirror(t)
	for _, test := range tests {
		source := filepath.Dir(filepath.Dir(test))
		t.Run(filepath.Base(source), func(t *testing.T) {
			workspace := &workspace{t: t, folder: filepath.Join(t.TempDir(), "copy")}
			copyOf(t, source, workspace.folder)
			workspace.write("terraform.tfrc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
			workspace.terraform(0, "init")
			if output := workspace.terraform(0, "test"); !strings.Contains(output, "0 failed") || strings.Contains(output, " 0 passed") {
				t.Error(output)
			}
		})
	}
}

// copyOf copies the committed files of a folder.
func copyOf(t *testing.T, source, target string) {
	t.Helper()
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == ".terraform" {
				return filepath.SkipDir
			}
			relative, err := filepath.Rel(source, path)
			if err != nil {
				return err
			}
			return os.MkdirAll(filepath.Join(target, relative), 0o700)
		}
		if !strings.HasSuffix(path, ".tf") && !strings.HasSuffix(path, ".hcl") || strings.HasPrefix(entry.Name(), ".terraform.lock") {
			return nil
		}
		relative, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(target, relative), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
