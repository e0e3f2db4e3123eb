package object

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A rule that is stricter than the contract would refuse what the server takes.
func TestThePatternsAreTheContracts(t *testing.T) {
	contract, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "openapi", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// Within double quotes, YAML has two backslashes for one; \u is the contract's \x{}.
	text := strings.ReplaceAll(string(contract), `\\`, `\`)
	character := regexp.MustCompile(`\\x\{([0-9A-F]{4})\}`)
	for _, pattern := range []string{textPattern, descriptionPattern, slugPattern, emailPattern, endpointPattern, tokenPattern} {
		written := character.ReplaceAllString(pattern, `\u$1`)
		if !strings.Contains(text, written) {
			t.Errorf("the contract has no pattern %s", written)
		}
	}
}

func TestARefusalShowsNoCredential(t *testing.T) {
	for name, rules := range map[string][]validator.String{"a token": Token(), "a value": SecretValue()} {
		for _, value := range []string{"sk marked", strings.Repeat("sk-marked", 10_000)} {
			response := refusals(t.Context(), rules, value)
			for _, refusal := range response.Diagnostics {
				if strings.Contains(refusal.Summary()+refusal.Detail(), "marked") {
					t.Errorf("the refusal of %s shows it: %s", name, refusal.Detail())
				}
			}
			if name != "a value" && !response.Diagnostics.HasError() {
				t.Errorf("%s of %d characters is taken", name, len(value))
			}
		}
	}
}

func TestTheRules(t *testing.T) {
	for name, rule := range map[string]struct {
		rules      []validator.String
		good, evil []string
	}{
		"an id":       {[]validator.String{UUID()}, []string{"0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"}, []string{"", "acme", "0198f2f07a3b7c1d9e2f3a4b5c6d7e8f", "0198F2F0-7A3B-7C1D-9E2F-3A4B5C6D7E8F"}},
		"a name":      {Text(128), []string{"a", "OpenAI, prod", strings.Repeat("ö", 128)}, []string{"", " a", "a ", "a\nb", strings.Repeat("a", 129)}},
		"a slug":      {Slug(), []string{"a", "acme-2"}, []string{"", "-a", "A", "a_b", strings.Repeat("a", 64)}},
		"an email":    {Email(), []string{"a@b.example"}, []string{"a", "a@", "ä@b.example"}},
		"an endpoint": {Endpoint(), []string{"http://10.0.0.1:8000", "https://[::1]/v1"}, []string{"", "ftp://a", "https://u:p@a", "https://a?b", "https://api.openai.com/v1/responses", "https://a/messages/"}},
		"a duration":  {[]validator.String{Duration()}, []string{"30m", "1h30m"}, []string{"", "-1h", "0s", "day"}},
	} {
		for _, value := range rule.good {
			if refused := refusals(t.Context(), rule.rules, value); refused.Diagnostics.HasError() {
				t.Errorf("%s %q is refused: %v", name, value, refused.Diagnostics)
			}
		}
		for _, value := range rule.evil {
			if !refusals(t.Context(), rule.rules, value).Diagnostics.HasError() {
				t.Errorf("%s %q is taken", name, value)
			}
		}
	}
}

func refusals(ctx context.Context, rules []validator.String, value string) validator.StringResponse {
	var response validator.StringResponse
	for _, rule := range rules {
		rule.ValidateString(ctx, validator.StringRequest{Path: path.Root("it"), ConfigValue: types.StringValue(value)}, &response)
	}
	return response
}
