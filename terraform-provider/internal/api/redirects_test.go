package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// redirecting is a client of a server that redirects. The test fails if the client follows a redirect.
func redirecting(t *testing.T, status int, location string) *api.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.Header.Get("Referer") != "" || !strings.HasPrefix(request.URL.Path, "/agyn/") {
			t.Errorf("the client follows the redirect with %s %s", request.Method, request.URL)
		}
		to := strings.ReplaceAll(location, "{host}", request.Host)
		to = strings.ReplaceAll(to, "{path}", strings.TrimPrefix(request.URL.Path, "/agyn"))
		writer.Header().Set("Location", to)
		writer.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	caller, err := api.New(api.Settings{Gateway: server.URL + "/agyn", Token: "agyn_test"})
	if err != nil {
		t.Fatal(err)
	}
	return caller
}

func TestNoMethodFollowsARedirect(t *testing.T) {
	id := idOf(1)
	for _, status := range []int{301, 302, 303, 307, 308} {
		caller := redirecting(t, status, "http://{host}/moved{path}?key=hunter2")
		calls := map[string]func() error{
			"GET": func() error {
				_, _, err := caller.SecretsAPI.GetSecret(t.Context(), organization, id).Execute()
				return err
			},
			"POST": func() error {
				_, _, err := caller.SecretsAPI.CreateSecret(t.Context(), organization).SecretCreate(client.SecretCreate{}).Execute()
				return err
			},
			"PUT": func() error {
				_, _, err := caller.SecretsAPI.UpdateSecret(t.Context(), organization, id).SecretUpdate(client.SecretUpdate{}).Execute()
				return err
			},
			"DELETE": func() error {
				_, err := caller.SecretsAPI.DeleteSecret(t.Context(), organization, id).Execute()
				return err
			},
		}
		for method, call := range calls {
			var redirect *api.RedirectError
			err := call()
			if !errors.As(err, &redirect) {
				t.Errorf("%s with %d: %v", method, status, err)
				continue
			}
			if !strings.Contains(redirect.Location, "/moved/api/v1/") || !strings.HasSuffix(redirect.Gateway, "/moved") {
				t.Errorf("%s with %d: %+v", method, status, redirect)
			}
			detail := api.Diagnose("It failed", err)[0].Detail()
			if !strings.Contains(detail, "set gateway to "+redirect.Gateway) || strings.Contains(detail, "hunter2") {
				t.Errorf("%s with %d: %s", method, status, detail)
			}
		}
	}
}

func TestRedirectToASignInPageNamesThePage(t *testing.T) {
	caller := redirecting(t, http.StatusFound, "https://sso.example/login?next=hunter2")
	_, err := caller.SecretsAPI.DeleteSecret(t.Context(), organization, idOf(1)).Execute()
	var redirect *api.RedirectError
	if !errors.As(err, &redirect) || redirect.Gateway != "" || redirect.Location != "https://sso.example/login" {
		t.Errorf("%v", err)
	}
}
