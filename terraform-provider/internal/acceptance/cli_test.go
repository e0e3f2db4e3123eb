package acceptance

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// binaries is the folder that built creates. TestMain removes it.
var binaries string

// built returns the folder of the provider's binary, for tests that need the provider as a separate process.
var built = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "agyn-provider-")
	if err != nil {
		return "", err
	}
	binaries = folder
	command := exec.Command("go", "build", "-o", filepath.Join(folder, "terraform-provider-agyn"), ".")
	command.Dir = filepath.Join("..", "..")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return folder, nil
})

// workspace is the working directory of a test's Terraform CLI.
type workspace struct {
	t           *testing.T
	folder      string
	environment []string
}

func newWorkspace(t *testing.T, config string, environment ...string) *workspace {
	t.Helper()
	provider, err := built()
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{t: t, folder: t.TempDir(), environment: environment}
	w.write("terraform.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"agynio/agyn\" = %q\n  }\n  direct {}\n}\n", provider))
	w.write("main.tf", "terraform {\n  required_providers {\n    agyn = {\n      source = \"agynio/agyn\"\n    }\n  }\n}\n"+config)
	return w
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) read(name string) []byte {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(w.folder, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return content
}

func (w *workspace) command(arguments ...string) *exec.Cmd {
	w.t.Helper()
	terraform, err := terraformPath()
	if err != nil {
		w.t.Fatal(err)
	}
	command := exec.Command(terraform, arguments...)
	command.Dir = w.folder
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(w.folder, "terraform.tfrc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	command.Env = append(command.Env, w.environment...)
	return command
}

// terraform runs a command, requires an exit code, and returns the output.
func (w *workspace) terraform(code int, arguments ...string) string {
	w.t.Helper()
	command := w.command(append(arguments, "-no-color")...)
	output, _ := command.CombinedOutput()
	if command.ProcessState == nil || command.ProcessState.ExitCode() != code {
		w.t.Fatalf("%s did not exit with %d:\n%s", command, code, output)
	}
	return string(output)
}

// searchable returns the content of a file, with the members of an archive and the decoded private state of resources.
func (w *workspace) searchable(name string) []byte {
	w.t.Helper()
	content := w.read(name)
	all := bytes.Clone(content)
	if archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err == nil {
		for _, member := range archive.File {
			reader, err := member.Open()
			if err != nil {
				w.t.Fatal(err)
			}
			inside, err := io.ReadAll(reader)
			if err != nil {
				w.t.Fatal(err)
			}
			all = append(append(all, inside...), decodedPrivate(inside)...)
		}
	}
	return append(all, decodedPrivate(content)...)
}

func decodedPrivate(state []byte) []byte {
	var content struct {
		Resources []struct {
			Instances []struct {
				Private string `json:"private"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if json.Unmarshal(state, &content) != nil {
		return nil
	}
	var all []byte
	for _, resource := range content.Resources {
		for _, instance := range resource.Instances {
			private, err := base64.StdEncoding.DecodeString(instance.Private)
			if err != nil {
				continue
			}
			all = append(all, private...)
			var entries map[string][]byte
			if json.Unmarshal(private, &entries) == nil {
				for _, entry := range entries {
					all = append(all, entry...)
				}
			}
		}
	}
	return all
}

// assertAbsent asserts that a file contains no marked value in any of its encodings.
func (w *workspace) assertAbsent(name string, marks ...string) {
	w.t.Helper()
	content := w.searchable(name)
	for _, mark := range marks {
		for _, encoded := range []string{mark, base64.StdEncoding.EncodeToString([]byte(mark)), strings.ReplaceAll(mark, "-", `\u002d`)} {
			if bytes.Contains(content, []byte(encoded)) {
				w.t.Errorf("%s contains %s", name, encoded)
			}
		}
	}
}

// stateResource is a resource or data source in a state, with its string attributes.
type stateResource struct {
	mode, kind, name string
	attributes       map[string]string
}

func resourcesOf(t *testing.T, w *workspace) []stateResource {
	t.Helper()
	var state struct {
		Resources []struct {
			Mode      string `json:"mode"`
			Type      string `json:"type"`
			Name      string `json:"name"`
			Instances []struct {
				Attributes map[string]any `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(w.read("terraform.tfstate"), &state); err != nil {
		t.Fatal(err)
	}
	var found []stateResource
	for _, resource := range state.Resources {
		for _, instance := range resource.Instances {
			texts := map[string]string{}
			for name, value := range instance.Attributes {
				if text, ok := value.(string); ok {
					texts[name] = text
				}
			}
			found = append(found, stateResource{resource.Mode, resource.Type, resource.Name, texts})
		}
	}
	return found
}
