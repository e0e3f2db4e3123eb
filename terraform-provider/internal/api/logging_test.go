package api

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

func TestLogShowsRequestsWithoutCredentials(t *testing.T) {
	t.Setenv("TF_LOG", "TRACE")
	var log bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &log)
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("X-Request-Id", "r-7")
		writer.WriteHeader(http.StatusConflict)
	}))
	defer server.Close()
	api, err := New(Settings{Gateway: server.URL, Token: "agyn_marked", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	const id = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"
	secret := "sk-marked"
	headers := map[string]string{"X-Key": secret}
	_, _, _ = api.SecretsAPI.CreateSecret(ctx, id).SecretCreate(client.SecretCreate{Name: "shown", Value: &secret}).Execute()
	_, _, _ = api.LlmProvidersAPI.CreateLlmProvider(ctx, id).LlmProviderCreate(client.LlmProviderCreate{Token: &secret, CustomHeaders: &headers}).Execute()
	_, _, _ = api.SecretProvidersAPI.CreateSecretProvider(ctx, id).SecretProviderCreate(client.SecretProviderCreate{
		Config: client.SecretProviderConfigInput{Address: "https://vault.shown.example", Token: &secret, SecretId: &secret}}).Execute()
	_, _, _ = api.LlmProvidersAPI.UpdateLlmProvider(ctx, id, id).LlmProviderUpdate(client.LlmProviderUpdate{Token: &secret, CustomHeaders: &headers}).Execute()
	if strings.Contains(log.String(), "marked") {
		t.Errorf("a credential is in the log: %s", log.String())
	}
	for _, shown := range []string{"/organizations/" + id + "/secrets", "r-7", "409", "shown", "custom_headers", "vault.shown.example"} {
		if !strings.Contains(log.String(), shown) {
			t.Errorf("%q is not in the log: %s", shown, log.String())
		}
	}
}

func TestInvalidJSONIsNotLogged(t *testing.T) {
	for _, text := range []string{`{"value":"sk-marked"`, `["sk-marked"]`, `"sk-marked"`, `sk-marked`} {
		if strings.Contains(mask([]byte(text)), "marked") {
			t.Errorf("%s is logged as %s", text, mask([]byte(text)))
		}
	}
}

func TestEveryWriteOnlyFieldOfTheContractIsMasked(t *testing.T) {
	text := "sk-marked"
	headers := map[string]string{"X-Key": text}
	for _, body := range []any{
		client.SecretCreate{Value: &text}, client.SecretUpdate{Value: &text},
		client.LlmProviderCreate{Token: &text, CustomHeaders: &headers}, client.LlmProviderUpdate{Token: &text, CustomHeaders: &headers},
		client.SecretProviderCreate{Config: client.SecretProviderConfigInput{Token: &text, SecretId: &text}},
		client.SecretProviderUpdate{Config: client.SecretProviderConfigInput{Token: &text, SecretId: &text}},
	} {
		sent, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(sent, []byte(text)) || strings.Contains(mask(sent), text) {
			t.Errorf("%s is logged as %s", sent, mask(sent))
		}
	}
}

func TestCAFileIsTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if agent := request.UserAgent(); !strings.HasPrefix(agent, "terraform-provider-agyn/1.2.3 Terraform/1.11.4 (") {
			t.Errorf("the User-Agent is %q", agent)
		}
		writer.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, authority, 0o600); err != nil {
		t.Fatal(err)
	}
	for caFile, trusted := range map[string]bool{file: true, "": false} {
		api, err := New(Settings{Gateway: server.URL, CAFile: caFile, Version: "1.2.3", Terraform: "1.11.4"})
		if err != nil {
			t.Fatal(err)
		}
		// A create without a key is not retried.
		_, response, err := api.ApiTokensAPI.CreateApiToken(t.Context()).ApiTokenCreate(client.ApiTokenCreate{}).Execute()
		if (response != nil) != trusted {
			t.Errorf("with %q: %v", caFile, err)
		}
	}
}

func TestInvalidCAFileIsRejected(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, caFile := range []string{file, file + ".missing"} {
		if _, err := New(Settings{Gateway: "https://agyn.example.com", CAFile: caFile}); err == nil {
			t.Errorf("%s is accepted", caFile)
		}
	}
}
