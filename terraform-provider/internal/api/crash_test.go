package api

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// crashing is a transport with a bug.
type crashing struct{}

func (crashing) RoundTrip(*http.Request) (*http.Response, error) {
	panic("a bug")
}

// What a crash prints, terraform shows to everybody. The test crashes a process of its own.
func TestACrashShowsNoCredential(t *testing.T) {
	const variable = "AGYN_TEST_CRASH"
	if value := os.Getenv(variable); value != "" {
		api, err := New(Settings{Gateway: "http://127.0.0.1:1", Token: value})
		if err != nil {
			t.Fatal(err)
		}
		api.GetConfig().HTTPClient.Transport = &retrying{next: &logging{next: crashing{}}, sleep: Sleep}
		_, _, _ = api.SecretsAPI.CreateSecret(t.Context(), "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f").SecretCreate(client.SecretCreate{Name: "n", Value: value}).Execute()
		return
	}
	command := exec.Command(os.Args[0], "-test.run=^TestACrashShowsNoCredential$")
	command.Env = append(os.Environ(), variable+"=sk-marked")
	output, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "panic: a bug") {
		t.Fatalf("it did not crash: %v\n%s", err, output)
	}
	if strings.Contains(string(output), "sk-marked") {
		t.Errorf("the crash shows the credential:\n%s", output)
	}
}
