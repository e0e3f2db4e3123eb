// Package acceptance tests the provider with a real Terraform against the packaged server, if TF_ACC is set.
package acceptance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/provider"
)

const startTimeout = 60 * time.Second

var providers = map[string]func() (tfprotov6.ProviderServer, error){
	"agyn": providerserver.NewProtocol6WithError(provider.New("test")()),
}

// server is the client of tests that read and change objects without Terraform.
var server *api.Client

func TestMain(m *testing.M) {
	if os.Getenv("TF_ACC") == "" {
		os.Exit(m.Run())
	}
	os.Exit(runWithServer(m))
}

func runWithServer(m *testing.M) int {
	data, err := os.MkdirTemp("", "agyn-acceptance-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(data) }()
	stop, err := start(data)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer stop()
	defer func() { _ = os.RemoveAll(binaries) }()
	return m.Run()
}

// serverFolder returns the folder of the packaged server: AGYN_TEST_SERVER, else the folder that `make build` fills.
func serverFolder() string {
	if folder := os.Getenv("AGYN_TEST_SERVER"); folder != "" {
		return folder
	}
	return filepath.Join("..", "..", "..", "api-server", "target", "quarkus-app")
}

// start runs the packaged server on a free port with a new data folder, and configures the provider in the environment.
func start(data string) (func(), error) {
	if _, err := terraformPath(); err != nil {
		return nil, err
	}
	var output bytes.Buffer
	command := exec.Command(java(), "-jar", filepath.Join(serverFolder(), "quarkus-run.jar"))
	command.Env = append(withoutOwnSettings(os.Environ()), "AGYN_DATA_DIR="+data, "AGYN_HTTP_PORT=0",
		"AGYN_API_RATE_LIMIT_ADDRESS=0", "AGYN_API_RATE_LIMIT_TOKEN=0")
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("the server cannot be started: %w", err)
	}
	exited := make(chan error, 1)
	go func() { exited <- command.Wait() }()
	stop := func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		<-exited
	}
	deadline := time.Now().Add(startTimeout)
	for {
		if gateway, err := os.ReadFile(filepath.Join(data, "base-url")); err == nil {
			return stop, pointAt(strings.TrimSpace(string(gateway)), data)
		}
		select {
		case err := <-exited:
			return nil, fmt.Errorf("the server exited (%v); build it with make build. Its output:\n%s", err, output.String())
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			stop()
			return nil, fmt.Errorf("the server is not ready after %s. Its output:\n%s", startTimeout, output.String())
		}
	}
}

// withoutOwnSettings removes the developer's AGYN_* variables: with AGYN_DATABASE_URL, the tests would write to a real
// database.
func withoutOwnSettings(environment []string) []string {
	return slices.DeleteFunc(environment, func(variable string) bool { return strings.HasPrefix(variable, "AGYN_") })
}

func TestServerDoesNotInheritTheDevelopersSettings(t *testing.T) {
	t.Setenv("AGYN_DATABASE_URL", "jdbc:postgresql://production/agyn")
	t.Setenv("NOT_AGYN_AT_ALL", "kept")
	inherited := withoutOwnSettings(os.Environ())
	if slices.ContainsFunc(inherited, func(variable string) bool { return strings.HasPrefix(variable, "AGYN_") }) {
		t.Error("the server inherits an AGYN_* variable")
	}
	if !slices.Contains(inherited, "NOT_AGYN_AT_ALL=kept") {
		t.Error("the server does not inherit other variables")
	}
}

func pointAt(gateway, data string) error {
	token, err := os.ReadFile(filepath.Join(data, "admin-token"))
	if err != nil {
		return err
	}
	server, err = api.New(api.Settings{Gateway: gateway, Token: strings.TrimSpace(string(token)), Version: "test"})
	// The tests must not use the developer's CLI configuration with its mirrors and overrides.
	configuration := filepath.Join(data, "terraform.tfrc")
	for variable, value := range map[string]string{
		"AGYN_GATEWAY":       gateway,
		"AGYN_TOKEN":         strings.TrimSpace(string(token)),
		"TF_CLI_CONFIG_FILE": configuration,
	} {
		if err := os.Setenv(variable, value); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return os.WriteFile(configuration, nil, 0o600)
}

// terraformPath finds the binary. Without it, the test library would download one.
func terraformPath() (string, error) {
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		found, err := exec.LookPath("terraform")
		if err != nil {
			return "", fmt.Errorf("set TF_ACC_TERRAFORM_PATH, for instance to the output of scripts/terraform-path.sh: %w", err)
		}
		path = found
	}
	if isTofu(path) {
		// OpenTofu looks for a provider without a source in OpenTofu's registry.
		if err := os.Setenv("TF_ACC_PROVIDER_HOST", "registry.opentofu.org"); err != nil {
			return "", err
		}
	}
	return path, os.Setenv("TF_ACC_TERRAFORM_PATH", path)
}

func isTofu(path string) bool {
	return strings.Contains(filepath.Base(path), "tofu")
}

func java() string {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", "java")
	}
	return "java"
}

// acceptance skips a test unless the server and Terraform run.
func acceptance(t *testing.T) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("an acceptance test: set TF_ACC=1")
	}
}

func background() context.Context {
	return context.Background()
}
