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

// refusing stands between terraform and the server, and may refuse a request before the server has seen it.
func refusing(t *testing.T, refuse func(http.ResponseWriter, *http.Request) bool) string {
	return between(t, refuse, func(*http.Request, *http.Response) {})
}

// spoiling stands between terraform and the server, and may spoil an answer once the server has given it.
func spoiling(t *testing.T, spoil func(*http.Request, *http.Response)) string {
	return between(t, func(http.ResponseWriter, *http.Request) bool { return false }, spoil)
}

func between(t *testing.T, refuse func(http.ResponseWriter, *http.Request) bool, spoil func(*http.Request, *http.Response)) string {
	t.Helper()
	gateway, err := url.Parse(os.Getenv("AGYN_GATEWAY"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(gateway)
	proxied := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if refuse(writer, request) {
			return
		}
		recorded := httptest.NewRecorder()
		proxy.ServeHTTP(recorded, request)
		answer := recorded.Result()
		spoil(request, answer)
		for name, values := range answer.Header {
			writer.Header()[name] = values
		}
		writer.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(writer, answer.Body)
	}))
	t.Cleanup(proxied.Close)
	return proxied.URL
}

func everything() (stack, string) {
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

// The connection is cut after the server has committed and before its answer arrives, for each create once.
func TestAccACreateWhoseAnswerIsLostIsFoundAgainAndMadeOnce(t *testing.T) {
	acceptance(t)
	stack, config := everything()
	var cut atomic.Int32
	lost := map[string]bool{}
	gateway := spoiling(t, func(request *http.Request, answer *http.Response) {
		// An API token whose plaintext is lost is created again, with another key.
		path := request.URL.Path
		if request.Method != http.MethodPost || answer.StatusCode != http.StatusCreated || lost[path] {
			return
		}
		lost[path] = true
		cut.Add(1)
		panic(http.ErrAbortHandler)
	})
	workspace := newWorkspace(t, config, "AGYN_GATEWAY="+gateway)
	workspace.terraform(0, "apply", "-auto-approve", "-parallelism=1")
	if cut.Load() != 7 {
		t.Errorf("%d answers were cut off, not one of each of the 7 objects", cut.Load())
	}
	found, _, err := server.OrganizationsAPI.ListOrganizations(background()).Slug(stack.slug).Execute()
	if err != nil || len(found.Items) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	secrets, _, err := server.SecretsAPI.ListSecrets(background(), found.Items[0].Id).Execute()
	if err != nil || len(secrets.Items) != 1 {
		t.Errorf("there are %v, %v", secrets, err)
	}
	workspace.terraform(0, "plan", "-detailed-exitcode")
	workspace.terraform(0, "destroy", "-auto-approve")
}

// Terraform is interrupted while the server makes something. What is made must be in the state.
func TestAccACtrlCLeavesNothingThatNoStateKnowsOf(t *testing.T) {
	acceptance(t)
	slug := acctest.RandomWithPrefix("acme")
	asked := make(chan struct{}, 16)
	var slow atomic.Bool
	slow.Store(true)
	gateway := spoiling(t, func(request *http.Request, _ *http.Response) {
		if request.Method == http.MethodPost && slow.Load() {
			asked <- struct{}{}
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
	<-asked
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := command.Wait(); err == nil {
		t.Errorf("it was not interrupted:\n%s", output.String())
	}
	if time.Since(began) > 30*time.Second {
		t.Errorf("it took %s to end", time.Since(began))
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

func TestAccATimeOutEndsWhatTakesTooLongAndSaysSo(t *testing.T) {
	acceptance(t)
	gateway := refusing(t, func(writer http.ResponseWriter, request *http.Request) bool {
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
	began := time.Now()
	said := workspace.terraform(1, "apply", "-auto-approve")
	// The server wants to be asked again after the time-out, so its response is reported at once.
	if !strings.Contains(said, "as it should: 503") || time.Since(began) > 20*time.Second {
		t.Errorf("after %s it says:\n%s", time.Since(began), said)
	}
}

func TestAccABusyServerIsAskedAgain(t *testing.T) {
	acceptance(t)
	_, config := everything()
	refused := map[string]bool{}
	var refusals atomic.Int32
	gateway := refusing(t, func(writer http.ResponseWriter, request *http.Request) bool {
		at := request.Method + request.URL.Path
		if request.Method == http.MethodGet || request.Method == http.MethodPost || refused[at] {
			return false
		}
		refused[at] = true
		refusals.Add(1)
		writer.Header().Set("Retry-After", "0")
		writer.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[refusals.Load()%2])
		return true
	})
	workspace := newWorkspace(t, config, "AGYN_GATEWAY="+gateway)
	workspace.terraform(0, "apply", "-auto-approve", "-parallelism=1")
	workspace.terraform(0, "destroy", "-auto-approve", "-parallelism=1")
	if refusals.Load() == 0 {
		t.Error("nothing was refused")
	}
}

func TestAccTheServerIsReachedThroughTheProxyOfTheEnvironment(t *testing.T) {
	acceptance(t)
	var asked atomic.Int32
	proxy := refusing(t, func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Host == "agyn.example" {
			asked.Add(1)
		}
		return false
	})
	config := `
data "agyn_organizations" "all" {
}`
	workspace := newWorkspace(t, config, "AGYN_GATEWAY=http://agyn.example", "HTTP_PROXY="+proxy, "NO_PROXY=elsewhere.example")
	workspace.terraform(0, "apply", "-auto-approve")
	if asked.Load() == 0 {
		t.Error("the proxy was asked for nothing")
	}
}
