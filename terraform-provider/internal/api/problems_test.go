package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

const token = "agyn_marked"

// errorOf returns the error of the client for a response.
func errorOf(t *testing.T, status int, contentType, body string) (*http.Response, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", contentType)
		writer.WriteHeader(status)
		_, _ = writer.Write([]byte(body))
	}))
	defer server.Close()
	client, err := New(Settings{Gateway: server.URL, Token: token, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	_, response, err := client.OrganizationsAPI.GetOrganization(t.Context(), "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f").Execute()
	return response, err
}

func problem(t *testing.T, status int, body string) (*http.Response, error) {
	return errorOf(t, status, "application/problem+json", body)
}

func TestViolationsAppearOnTheirAttributes(t *testing.T) {
	_, err := problem(t, 400, `{"type":"about:blank","title":"Bad Request","status":400,"code":"invalid_request","detail":"See errors.","request_id":"r-1","errors":[
		{"pointer":"/name","detail":"Give another name."},
		{"pointer":"/custom_headers/X-A~1B","detail":"Remove it."},
		{"parameter":"page_size","detail":"Give less."}]}`)
	diagnostics := Diagnose("It cannot be created", err)
	if len(diagnostics) != 3 {
		t.Fatalf("want all three violations: %v", diagnostics)
	}
	for i, want := range []struct{ attribute, detail string }{{"name", "Give another name."}, {"custom_headers", `custom_headers["X-A/B"]: Remove it.`}} {
		assertOn(t, diagnostics[i], want.attribute, want.detail)
		if !strings.Contains(diagnostics[i].Detail(), "r-1") {
			t.Errorf("%q does not name the request", diagnostics[i].Detail())
		}
	}
}

func TestViolationsAppearOnTheConfiguredForm(t *testing.T) {
	_, err := problem(t, 400, `{"type":"about:blank","title":"Bad Request","status":400,"code":"invalid_request","detail":"See errors.","request_id":"r-1","errors":[
		{"pointer":"/custom_headers/X-A B","detail":"Remove it."},{"pointer":"/name","detail":"Give another."},
		{"pointer":"/config/token","detail":"Give another."},{"pointer":"/config/address","detail":"Give another."},{"pointer":"/config","detail":"Give another."}]}`)
	diagnostics := Diagnose("It cannot be created", err, "custom_headers", "custom_headers_wo", "config.token", "token_wo")
	for i, want := range []struct{ attribute, detail string }{
		{"custom_headers_wo", `custom_headers_wo["X-A B"]: Remove it.`}, {"name", "Give another."},
		{"config", "config.token_wo: Give another."}, {"config", "config.address: Give another."}, {"config", "Give another."},
	} {
		assertOn(t, diagnostics[i], want.attribute, want.detail)
	}
}

func assertOn(t *testing.T, diagnostic diag.Diagnostic, attribute, detail string) {
	t.Helper()
	if at, ok := diagnostic.(diag.DiagnosticWithPath); !ok || !at.Path().Equal(path.Root(attribute)) || !strings.HasPrefix(diagnostic.Detail(), detail) {
		t.Errorf("%v is not %q on %s", diagnostic, detail, attribute)
	}
}

func TestIncompatibleResponseIsNamed(t *testing.T) {
	_, err := errorOf(t, 200, "application/json", `{"id":"x","surprise":true}`)
	if !IsIncompatible(err) {
		t.Errorf("%v", err)
	}
	if detail := Diagnose("It cannot be read", err)[0].Detail(); !strings.Contains(detail, "Use a provider of the server's version") {
		t.Errorf("unexpected detail: %q", detail)
	}
	if _, err := errorOf(t, 501, "text/html", "<html>Bad Gateway</html>"); IsIncompatible(err) {
		t.Error("the page of a gateway is mistaken for another version")
	}
}

func TestProblemWithoutViolationsShowsDetailAndCode(t *testing.T) {
	_, err := problem(t, 409, `{"type":"about:blank","title":"Conflict","status":409,"code":"secret_in_use","detail":"It is in use by LLM provider p.","request_id":"r-2"}`)
	diagnostics := Diagnose("It cannot be deleted", err)
	if len(diagnostics) != 1 || !strings.Contains(diagnostics[0].Detail(), "in use by LLM provider p") || !strings.Contains(diagnostics[0].Detail(), "secret_in_use") {
		t.Errorf("%v", diagnostics)
	}
}

func TestOnlyNotFoundProblemsMeanDeleted(t *testing.T) {
	for code, deleted := range map[string]bool{"not_found": true, "reference_not_found": false} {
		response, err := problem(t, 404, `{"type":"about:blank","title":"Not Found","status":404,"code":"`+code+`","detail":"No.","request_id":"r"}`)
		if IsNotFound(response, err) != deleted {
			t.Errorf("%s means deleted: %t", code, !deleted)
		}
	}
	if response, err := errorOf(t, 404, "text/html", "<html>Not Found</html>"); IsNotFound(response, err) {
		t.Error("the 404 of a gateway is mistaken for a deleted object")
	}
}

func TestSuccessWithoutContentIsAnError(t *testing.T) {
	for _, body := range []string{"", " \n", "null"} {
		_, err := errorOf(t, 200, "application/json", body)
		if err == nil || !strings.Contains(Diagnose("It cannot be read", err)[0].Detail(), "without content") {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestTimeoutAndInterruptionAreNamed(t *testing.T) {
	for cause, want := range map[error]string{context.DeadlineExceeded: "timeouts block", context.Canceled: "interrupted"} {
		detail := Diagnose("It cannot be read", &url.Error{Op: "Get", URL: "http://agyn.test", Err: cause})[0].Detail()
		if !strings.Contains(detail, want) || strings.Contains(detail, "gateway") {
			t.Errorf("%v: %s", cause, detail)
		}
	}
}

func TestDiagnosticsDoNotContainTheToken(t *testing.T) {
	for _, contentType := range []string{"application/problem+json", "text/html"} {
		_, err := errorOf(t, 501, contentType, "<html>Bad Gateway</html>")
		for _, diagnostic := range Diagnose("It cannot be read", err) {
			if strings.Contains(diagnostic.Detail(), token) {
				t.Errorf("%q contains the token", diagnostic.Detail())
			}
		}
	}
}

func TestGatewayMustBeAnHTTPURL(t *testing.T) {
	for _, gateway := range []string{"agyn.example.com", "ftp://agyn.example.com", "http://", "://", ""} {
		if _, err := New(Settings{Gateway: gateway, Token: token, Version: "test"}); err == nil {
			t.Errorf("%q is accepted", gateway)
		}
	}
	for _, gateway := range []string{"http://127.0.0.1:8080", "https://agyn.example.com/", "https://example.com/agyn"} {
		if _, err := New(Settings{Gateway: gateway, Token: token, Version: "test"}); err != nil {
			t.Errorf("%q is rejected: %v", gateway, err)
		}
	}
}
