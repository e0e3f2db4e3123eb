package acceptance

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// replaceable is a configuration whose variable generation replaces the LLM provider of a model.
func replaceable(slug, upstream, lifecycle string) string {
	return fmt.Sprintf(`
variable "generation" {}
resource "terraform_data" "generation" {
  input = var.generation
}
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}
resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai-${var.generation}"
  endpoint        = "%s/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  token_wo        = "sk-one"
  lifecycle {
    replace_triggered_by = [terraform_data.generation]
    %s
  }
}
resource "agyn_llm_model" "gpt" {
  organization_id   = agyn_organization.acme.id
  provider_id       = agyn_llm_provider.openai.id
  name              = "gpt"
  remote_model_name = "gpt-4o"
}
resource "agyn_api_token" "caller" {
  description     = "Calls"
  organization_id = agyn_organization.acme.id
}
`, slug, upstream, lifecycle)
}

func TestAccReplacedLLMProviderKeepsModelsResolving(t *testing.T) {
	acceptance(t)
	upstream := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		writer.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(writer, `{"id":"resp_1","object":"response","status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":1}}`)
	}))
	t.Cleanup(upstream.Close)
	for name, lifecycle := range map[string]string{"create before destroy": "create_before_destroy = true", "plain": ""} {
		t.Run(name, func(t *testing.T) {
			workspace := newWorkspace(t, replaceable(acctest.RandomWithPrefix("acme"), upstream.URL, lifecycle), "TF_VAR_generation=1")
			workspace.terraform(0, "apply", "-auto-approve")
			token := ""
			for _, found := range resourcesOf(t, workspace) {
				if found.kind == "agyn_api_token" {
					token = found.attributes["token"]
				}
			}
			stop, stopped := make(chan struct{}), make(chan []string, 1)
			go func() { stopped <- call(token, stop) }()
			workspace.environment[0] = "TF_VAR_generation=2"
			output := workspace.terraform(0, "apply", "-auto-approve")
			close(stop)
			calls := <-stopped
			if !strings.Contains(output, "1 added, 2 changed, 1 destroyed") {
				t.Errorf("the model does not move to a new LLM provider:\n%s", output)
			}
			failed := 0
			for _, status := range calls {
				if status != "200 OK" {
					failed++
				}
			}
			if lifecycle != "" && failed > 0 || len(calls) < 10 {
				t.Errorf("%d of %d calls failed: %v", failed, len(calls), calls)
			}
			// The last change takes effect within a second.
			time.Sleep(time.Second)
			if status := call(token, nil)[0]; status != "200 OK" {
				t.Errorf("the model does not resolve afterwards: %s", status)
			}
			workspace.terraform(0, "plan", "-detailed-exitcode")
			workspace.terraform(0, "destroy", "-auto-approve")
		})
	}
}

// call calls the model until stop is closed, once if stop is nil, and returns the statuses.
func call(token string, stop <-chan struct{}) []string {
	var statuses []string
	for {
		request, err := http.NewRequest(http.MethodPost, os.Getenv("AGYN_GATEWAY")+"/v1/responses", strings.NewReader(`{"model":"gpt","input":"Hello"}`))
		if err != nil {
			return append(statuses, err.Error())
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			statuses = append(statuses, err.Error())
		} else {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			statuses = append(statuses, response.Status)
		}
		if stop == nil {
			return statuses
		}
		select {
		case <-stop:
			return statuses
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestAccServerErrorsAppearOnMapEntries(t *testing.T) {
	acceptance(t)
	gateway := rejectingProxy(t, func(writer http.ResponseWriter, request *http.Request) bool {
		if request.Method != http.MethodPost || !strings.HasSuffix(request.URL.Path, "/llm-providers") {
			return false
		}
		writer.Header().Set("Content-Type", "application/problem+json")
		writer.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(writer, `{"type":"about:blank","title":"Bad Request","status":400,"code":"invalid_request","detail":"See errors.","request_id":"r-1","errors":[
			{"pointer":"/custom_headers/X-A","detail":"Choose another first."},{"pointer":"/custom_headers/X-B","detail":"Choose another second."},
			{"pointer":"/endpoint","detail":"Choose another third."}]}`)
		return true
	})
	for _, attribute := range []string{"custom_headers", "custom_headers_wo"} {
		workspace := newWorkspace(t, fmt.Sprintf(`
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}
resource "agyn_llm_provider" "invalid" {
  organization_id = agyn_organization.acme.id
  name            = "invalid"
  endpoint        = "https://api.openai.com/v1"
  protocol        = "responses"
  auth_method     = "custom_headers"
  %s = {
    "X-A" = "a"
    "X-B" = "b"
  }
}
`, acctest.RandomWithPrefix("acme"), attribute), "AGYN_GATEWAY="+gateway)
		output := workspace.terraform(1, "apply", "-auto-approve")
		for _, wanted := range []string{`"X-A" = "a"`, `"X-B" = "b"`, "Choose another first", "Choose another second", "Choose another third"} {
			if !strings.Contains(output, wanted) {
				t.Errorf("%s: %s is missing:\n%s", attribute, wanted, output)
			}
		}
		workspace.terraform(0, "destroy", "-auto-approve")
	}
}

// By default, Terraform deletes a removed secret before it updates the LLM provider that used it.
func TestAccCreateBeforeDestroyRemovesASecretInUse(t *testing.T) {
	acceptance(t)
	plain := func(name, credential, secret string) string {
		return fmt.Sprintf(`
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = %q
}
resource "agyn_llm_provider" "openai" {
  organization_id = agyn_organization.acme.id
  name            = "openai"
  endpoint        = "http://127.0.0.1:9/v1"
  protocol        = "responses"
  auth_method     = "bearer"
  %s
}
%s`, name, credential, secret)
	}
	secret := func(lifecycle string) string {
		return fmt.Sprintf(`
resource "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = "key"
  value_wo        = "sk"
  lifecycle {
    create_before_destroy = %s
  }
}`, lifecycle)
	}
	slug := acctest.RandomWithPrefix("acme")
	const bySecret, byToken = "token_secret_id = agyn_secret.key.id", `token_wo = "sk-new"`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		CheckDestroy:             isGone,
		Steps: []resource.TestStep{
			{Config: plain(slug, bySecret, secret("false"))},
			{Config: plain(slug, byToken, ""), ExpectError: regexp.MustCompile(`secret_in_use`)},
			{Config: plain(slug, bySecret, secret("true"))},
			{Config: plain(slug, byToken, "")},
		},
	})
}
