package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
)

// fixedTransport returns one response.
type fixedTransport struct {
	status      int
	contentType string
	body        []byte
}

func (f fixedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: f.status, Status: http.StatusText(f.status), Request: request,
		Header: http.Header{"Content-Type": {f.contentType}}, Body: io.NopCloser(bytes.NewReader(f.body)),
	}, nil
}

// Every response that violates the contract becomes a diagnostic without the caller's token.
func FuzzResponsesBecomeDiagnostics(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `{"code":"not_found"}`, `<html>`, `{"code":"c","errors":[{"pointer":"/custom_headers/X-A~1B","detail":"d"}]}`,
		`{"type":"about:blank","title":"T","status":400,"code":"c","detail":"d","request_id":"r","errors":[{"pointer":"/~2/~","detail":"d"},{"pointer":"//","detail":""}]}`,
		`{"id":"0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f","name":"a","slug":"a","created_at":"2026-01-31T12:00:00Z","updated_at":"x"}`,
	} {
		for _, status := range []int{200, 400, 404, 412, 418} {
			f.Add(status, "application/problem+json", []byte(body))
			f.Add(status, "application/json", []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		if status < 200 || status > 999 || bytes.Contains(body, []byte(token)) || strings.Contains(contentType, token) {
			return
		}
		client, err := New(Settings{Gateway: "http://agyn.test", Token: token})
		if err != nil {
			t.Fatal(err)
		}
		client.GetConfig().HTTPClient.Transport = &contentRequirement{next: fixedTransport{status, contentType, body}}
		found, response, err := client.OrganizationsAPI.GetOrganization(t.Context(), "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f").Execute()
		if err == nil {
			if status >= 300 || found == nil {
				t.Errorf("%d %q is a success", status, body)
			}
			return
		}
		diagnostics := Diagnose("It cannot be read", err, "token", "token_wo")
		if !diagnostics.HasError() {
			t.Errorf("%d %q is no error", status, body)
		}
		for _, diagnostic := range diagnostics {
			if strings.Contains(diagnostic.Detail(), token) {
				t.Errorf("%q shows the token", diagnostic.Detail())
			}
		}
		if IsNotFound(response, err) && status != http.StatusNotFound {
			t.Errorf("%d %q is mistaken for a deleted object", status, body)
		}
	})
}

func FuzzPointersNameAttributes(f *testing.F) {
	for _, seed := range []string{"", "/", "name", "/name", "/custom_headers/X-A~1B", "/~0~1", "/a/~01", "//", "/a//b", "/config", "/config/token", "/config/"} {
		f.Add(seed)
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	f.Fuzz(func(t *testing.T, text string) {
		// A pointer to any name names its attribute (RFC 6901).
		at, ok := attributeAt("/custom_headers/"+escape.Replace(text), nil)
		if want := path.Root("custom_headers").AtMapKey(text); !ok || !at.Equal(want) {
			t.Errorf("%q is read as %s", text, at)
		}
		if at, ok := attributeAt(text, []string{"token", "token_wo", "config.token", "token_wo"}); ok && (!strings.HasPrefix(text, "/") || at.Equal(path.Empty())) {
			t.Errorf("%q is read as %s", text, at)
		}
	})
}

// The log never contains a credential of a request body.
func FuzzMaskedBodies(f *testing.F) {
	for _, seed := range []string{`{"name":"a","value":"sk"}`, `{"value":{"value":["sk"]}}`, `{"token":"sk","token":"sk"}`, `[]`, `"sk"`, ``, `{"custom_headers":{"X":"sk"}}`, `{"config":{"token":"sk"}}`, "\xff", `{"a":1e999}`} {
		f.Add([]byte(seed), "value")
	}
	f.Fuzz(func(t *testing.T, body []byte, field string) {
		shown := mask(body)
		if len(body) > 0 && shown != masked && !json.Valid([]byte(shown)) {
			t.Errorf("%q is shown as %q", body, shown)
		}
		var content map[string]any
		if json.Unmarshal(body, &content) != nil || content == nil {
			if len(body) > 0 && shown != masked && shown != "null" {
				t.Errorf("%q, which is not an object, is shown as %q", body, shown)
			}
			return
		}
		for _, name := range credentialFields {
			content[name] = "sk-marked"
		}
		content["config"] = maps.Clone(content)
		text, err := json.Marshal(content)
		if err != nil || strings.Contains(string(body)+field, "sk-marked") {
			return
		}
		if strings.Contains(mask(text), "sk-marked") {
			t.Errorf("%q is shown as %q", text, mask(text))
		}
	})
}

func FuzzGatewaysAreBaseURLsOrRejected(f *testing.F) {
	for _, seed := range []string{
		"", "http://a", "https://a/b/", "https://u:p@a", "https://a?k=p", "https://a#p", "http://", "HTTP://A", "http://[::1]:8080", "http://a b",
		"http:///x", "http://a/%zz", "https://a:port", "//a", "http://a?", "http://a#", "http://@a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, gateway string) {
		client, err := New(Settings{Gateway: gateway, Token: token})
		if err != nil {
			if len(gateway) > 40 && strings.Contains(err.Error(), gateway) {
				t.Errorf("the error shows %q", gateway)
			}
			return
		}
		base, err := url.Parse(client.GetConfig().Servers[0].URL)
		if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" || !strings.HasSuffix(base.Path, "/api/v1") {
			t.Errorf("%q is accepted and becomes %v", gateway, client.GetConfig().Servers[0].URL)
		}
	})
}

// A delay is never negative or longer than the deadline, for any Retry-After.
func FuzzRetryAfterIsBounded(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "60", "-1", "9223372036854775807", "18446744074", "1e3", "Fri, 31 Dec 1999 23:59:59 GMT", "soon", " 7"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		server := &scripted{outcomes: []outcome{{status: 503, retryAfter: header}, {status: 200}}}
		waited := time.Duration(0)
		response, err := (&retryTransport{next: server, sleep: func(_ context.Context, delay time.Duration) error {
			if delay < 0 || delay > DefaultTimeout {
				t.Errorf("Retry-After: %q waits %s", header, delay)
			}
			waited += delay
			return nil
		}}).RoundTrip(request(t, t.Context(), http.MethodGet))
		if err != nil || (response.StatusCode != 200 && response.StatusCode != 503) {
			t.Errorf("Retry-After: %q: %v, %v after %s", header, response, err, waited)
		}
	})
}
