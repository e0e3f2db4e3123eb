package acceptance

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
)

// rejectingProxy runs between Terraform and the server, and can reject requests before they reach the server.
func rejectingProxy(t *testing.T, reject func(http.ResponseWriter, *http.Request) bool) string {
	return proxyWith(t, reject, func(*http.Request, *http.Response) {})
}

// interceptingProxy runs between Terraform and the server, and can intercept responses of the server.
func interceptingProxy(t *testing.T, intercept func(*http.Request, *http.Response)) string {
	return proxyWith(t, func(http.ResponseWriter, *http.Request) bool { return false }, intercept)
}

func proxyWith(t *testing.T, reject func(http.ResponseWriter, *http.Request) bool, intercept func(*http.Request, *http.Response)) string {
	t.Helper()
	gateway, err := url.Parse(os.Getenv("AGYN_GATEWAY"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(gateway)
	proxied := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if reject(writer, request) {
			return
		}
		recorded := httptest.NewRecorder()
		proxy.ServeHTTP(recorded, request)
		response := recorded.Result()
		intercept(request, response)
		for name, values := range response.Header {
			writer.Header()[name] = values
		}
		writer.WriteHeader(response.StatusCode)
		_, _ = io.Copy(writer, response.Body)
	}))
	t.Cleanup(proxied.Close)
	return proxied.URL
}

func completeStack() (stack, string) {
	stack := newStack()
	stack.value = `value_wo = "sk-one"`
	return stack, stack.hcl() + `
resource "agyn_user" "payments" {
  name  = "Payments"
  email = "` + stack.slug + `@acme.example"
}
resource "agyn_organization_member" "payments" {
  organization_id = agyn_organization.acme.id
  user_id         = agyn_user.payments.id
  role            = "member"
}
resource "agyn_api_token" "payments" {
  user_id     = agyn_user.payments.id
  description = "CI"
}
`
}

// The connection breaks after the server has committed and before its response arrives, once for each create.
func TestAccLostCreateResponsesCreateNoDuplicates(t *testing.T) {
	acceptance(t)
	stack, config := completeStack()
	var losses atomic.Int32
	lost := map[string]bool{}
	gateway := interceptingProxy(t, func(request *http.Request, response *http.Response) {
		// An API token whose plaintext is lost is created again, with another key.
		path := request.URL.Path
		if request.Method != http.MethodPost || response.StatusCode != http.StatusCreated || lost[path] {
			return
		}
		lost[path] = true
		losses.Add(1)
		panic(http.ErrAbortHandler)
	})
	workspace := newWorkspace(t, config, "AGYN_GATEWAY="+gateway)
	workspace.terraform(0, "apply", "-auto-approve", "-parallelism=1")
	if losses.Load() != 7 {
		t.Errorf("%d responses were lost, want one for each of the 7 objects", losses.Load())
	}
	found, _, err := server.OrganizationsAPI.ListOrganizations(background()).Slug(stack.slug).Execute()
	if err != nil || len(found.Items) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	secrets, _, err := server.SecretsAPI.ListSecrets(background(), found.Items[0].Id).Execute()
	if err != nil || len(secrets.Items) != 1 {
		t.Errorf("secrets: %v, %v", secrets, err)
	}
	workspace.terraform(0, "plan", "-detailed-exitcode")
	workspace.terraform(0, "destroy", "-auto-approve")
}

// Terraform is interrupted while the server creates an object. The object must be in the state.
func TestAccCtrlCLeavesNoUntrackedObjects(t *testing.T) {
	acceptance(t)
	slug := acctest.RandomWithPrefix("acme")
	requested := make(chan struct{}, 16)
	var slow atomic.Bool
	slow.Store(true)
	gateway := interceptingProxy(t, func(request *http.Request, _ *http.Response) {
		if request.Method == http.MethodPost && slow.Load() {
			requested <- struct{}{}
			time.Sleep(2 * time.Second)
		}
	})
	workspace := newWorkspace(t, `
resource "agyn_organization" "acme" {
  name = "Acme"
  slug = "`+slug+`"
}
resource "agyn_secret" "key" {
  organization_id = agyn_organization.acme.id
  name            = "key"
  value_wo        = "sk"
}`, "AGYN_GATEWAY="+gateway)
	command := workspace.command("apply", "-auto-approve", "-no-color")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	<-requested
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := command.Wait(); err == nil {
		t.Errorf("apply was not interrupted:\n%s", output.String())
	}
	if time.Since(start) > 30*time.Second {
		t.Errorf("apply took %s to end", time.Since(start))
	}
	if found := resourcesOf(t, workspace); len(found) != 1 || found[0].kind != "agyn_organization" {
		t.Errorf("the state has %v:\n%s", found, output.String())
	}
	slow.Store(false)
	workspace.terraform(0, "apply", "-auto-approve")
	workspace.terraform(0, "destroy", "-auto-approve")
	found, _, err := server.OrganizationsAPI.ListOrganizations(background()).Slug(slug).Execute()
	if err != nil || len(found.Items) != 0 {
		t.Errorf("left behind: %v, %v", found, err)
	}
}

func TestAccTimeoutLimitsRetries(t *testing.T) {
	acceptance(t)
	gateway := rejectingProxy(t, func(writer http.ResponseWriter, request *http.Request) bool {
		if request.Method == http.MethodPost {
			writer.Header().Set("Retry-After", "30")
			writer.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	})
	workspace := newWorkspace(t, `
resource "agyn_api_token" "slow" {
  description = "Slow"
  timeouts {
    create = "2s"
  }
}`, "AGYN_GATEWAY="+gateway)
	start := time.Now()
	output := workspace.terraform(1, "apply", "-auto-approve")
	// Retry-After exceeds the time-out, so the response is reported at once.
	if !strings.Contains(output, "gateway: 503") || time.Since(start) > 20*time.Second {
		t.Errorf("after %s: %s", time.Since(start), output)
	}
}

func TestAccBusyServerIsRetried(t *testing.T) {
	acceptance(t)
	_, config := completeStack()
	rejected := map[string]bool{}
	var rejections atomic.Int32
	gateway := rejectingProxy(t, func(writer http.ResponseWriter, request *http.Request) bool {
		at := request.Method + request.URL.Path
		if request.Method == http.MethodGet || request.Method == http.MethodPost || rejected[at] {
			return false
		}
		rejected[at] = true
		rejections.Add(1)
		writer.Header().Set("Retry-After", "0")
		writer.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[rejections.Load()%2])
		return true
	})
	workspace := newWorkspace(t, config, "AGYN_GATEWAY="+gateway)
	workspace.terraform(0, "apply", "-auto-approve", "-parallelism=1")
	workspace.terraform(0, "destroy", "-auto-approve", "-parallelism=1")
	if rejections.Load() == 0 {
		t.Error("no request was rejected")
	}
}

func TestAccHTTPProxyOfTheEnvironmentIsUsed(t *testing.T) {
	acceptance(t)
	var requests atomic.Int32
	proxy := rejectingProxy(t, func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Host == "agyn.example" {
			requests.Add(1)
		}
		return false
	})
	config := `
data "agyn_organizations" "all" {
}`
	workspace := newWorkspace(t, config, "AGYN_GATEWAY=http://agyn.example", "HTTP_PROXY="+proxy, "NO_PROXY=elsewhere.example")
	workspace.terraform(0, "apply", "-auto-approve")
	if requests.Load() == 0 {
		t.Error("the proxy got no request")
	}
}
