package api

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// panickingTransport is a transport with a bug.
type panickingTransport struct{}

func (panickingTransport) RoundTrip(*http.Request) (*http.Response, error) {
	panic("a bug")
}

// Terraform shows the stack trace of a crash. The test crashes a child process.
func TestCrashDoesNotShowCredentials(t *testing.T) {
	const variable = "AGYN_TEST_CRASH"
	if value := os.Getenv(variable); value != "" {
		api, err := New(Settings{Gateway: "http://127.0.0.1:1", Token: value})
		if err != nil {
			t.Fatal(err)
		}
		api.GetConfig().HTTPClient.Transport = &retryTransport{next: &loggingTransport{next: panickingTransport{}}, sleep: Sleep}
		_, _, _ = api.SecretsAPI.CreateSecret(t.Context(), "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f").SecretCreate(client.SecretCreate{Name: "n", Value: &value}).Execute()
		return
	}
	command := exec.Command(os.Args[0], "-test.run=^TestCrashDoesNotShowCredentials$")
	command.Env = append(os.Environ(), variable+"=sk-marked")
	output, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "panic: a bug") {
		t.Fatalf("no crash: %v\n%s", err, output)
	}
	if strings.Contains(string(output), "sk-marked") {
		t.Errorf("the crash shows the credential:\n%s", output)
	}
}
