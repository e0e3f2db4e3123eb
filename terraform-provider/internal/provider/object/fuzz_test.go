package object

import (
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/net/http/httpguts"
)

// An accepted text never fails in a header, a URL or an address.
func FuzzAcceptedTextsAreUsable(f *testing.F) {
	for _, seed := range []string{
		"", "a", " a", "a\n", "Acme, Inc.", "ö", "\u0085", "\ufeff", "a\u2028b", "\xff", "acme-2", "-a", "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f",
		"a@b.example", "a@b", "a@-b.example", ".a@b.example", "a..b@c", "https://[::1]/v1", "https://a_b:99999/%zz", "http://a/%", "https://u:p@h/",
		"https://h?q", "https://[::]", "https://[:]", "http://a:", "sk-test", "sk test", "sk-\r\n", "2026-01-31T12:00:00Z", "1h", "-1h", "30m0s", strings.Repeat("a", 129),
	} {
		f.Add(seed)
	}
	accepts := func(t *testing.T, text string, rules ...validator.String) bool {
		response := validate(t.Context(), rules, text)
		return !response.Diagnostics.HasError()
	}
	f.Fuzz(func(t *testing.T, text string) {
		// Terraform's strings are valid UTF-8.
		if !utf8.ValidString(text) {
			return
		}
		if accepts(t, text, UUID()) && (len(text) != 36 || strings.ToLower(text) != text) {
			t.Errorf("%q is accepted as an id", text)
		}
		if accepts(t, text, Text(128)...) && (strings.ContainsFunc(text, unicode.IsControl) || strings.Trim(text, " ") != text || text == "" || utf8.RuneCountInString(text) > 128) {
			t.Errorf("%q is accepted as a name", text)
		}
		if accepts(t, text, Slug()...) && (url.PathEscape(text) != text || len(text) > 63) {
			t.Errorf("%q is accepted as a slug", text)
		}
		if accepts(t, text, Email()...) && strings.ContainsAny(text, " \t\r\n<>\",") {
			t.Errorf("%q is accepted as an email address", text)
		}
		if address, err := mail.ParseAddress(text); err == nil && accepts(t, text, Email()...) && address.Address != text {
			t.Errorf("the email address %q is read as %q", text, address.Address)
		}
		if accepts(t, text, Token()...) && (!httpguts.ValidHeaderFieldValue(text) || strings.TrimSpace(text) != text || text == "") {
			t.Errorf("%q is accepted as a token", text)
		}
		if accepts(t, text, Endpoint()...) {
			checkEndpoint(t, text)
		}
	})
}

// checkEndpoint asserts that an accepted endpoint is a URL without credentials. The server rejects malformed escapes, which the
// pattern does not cover.
func checkEndpoint(t *testing.T, endpoint string) {
	t.Helper()
	if strings.ContainsAny(endpoint, "?#\\ \r\n\t") {
		t.Errorf("%q is accepted as an endpoint", endpoint)
	}
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return
	}
	if (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		t.Errorf("%q is accepted as an endpoint", endpoint)
	}
}

func FuzzValidatorsDoNotShowCredentials(f *testing.F) {
	for _, seed := range []string{"", " ", "\n", "\x00", "é", strings.Repeat("k", 9000), "https://u:p@h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// Long enough not to be in a message by chance.
		credential := "sk-marked-" + text
		for name, rules := range map[string][]validator.String{"token": Token(), "value": SecretValue(), "endpoint": Endpoint()} {
			response := validate(t.Context(), rules, credential)
			for _, diagnostic := range response.Diagnostics {
				if strings.Contains(diagnostic.Summary()+diagnostic.Detail(), "sk-marked-") {
					t.Errorf("the error about the %s %q shows it: %s", name, credential, diagnostic.Detail())
				}
			}
		}
	})
}

func FuzzImportIDsAreUUIDsOrRejected(f *testing.F) {
	for _, seed := range []string{"", "/", "a/b", "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f/0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f", "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f\n/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		organization, id, _ := strings.Cut(text, "/")
		var diagnostics diag.Diagnostics
		requireUUIDs(&diagnostics, "<organization_id>/<id>", organization, id)
		if !diagnostics.HasError() && len(text) != 73 {
			t.Errorf("%q is accepted", text)
		}
	})
}

// Only another instant replaces an API token.
func FuzzUseStateForSameInstant(f *testing.F) {
	for _, pair := range [][2]string{
		{"2037-07-01T12:00:00Z", "2037-07-01T14:00:00+02:00"}, {"2037-07-01T12:00:00Z", "2037-07-01T12:00:00.0000001Z"},
		{"", "2037-07-01T12:00:00Z"}, {"0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"}, {"x", "x"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, planned, state string) {
		response := planmodifier.StringResponse{PlanValue: types.StringValue(planned)}
		UseStateForSameInstant().PlanModifyString(t.Context(), planmodifier.StringRequest{PlanValue: response.PlanValue, StateValue: types.StringValue(state)}, &response)
		one, other := Instant(timetypes.RFC3339{StringValue: types.StringValue(planned)}), Instant(timetypes.RFC3339{StringValue: types.StringValue(state)})
		want := planned
		if one != nil && other != nil && one.Equal(*other) {
			want = state
		}
		if response.PlanValue.ValueString() != want {
			t.Errorf("%q with prior value %q is planned as %s", planned, state, response.PlanValue)
		}
		if one != nil {
			if again := Instant(RFC3339(one)); !SameInstant(one, again) {
				t.Errorf("%q is formatted as %v", planned, RFC3339(one))
			}
		}
	})
}
