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

// Stricter validators would reject values that the server accepts.
func TestPatternsMatchTheContract(t *testing.T) {
	contract, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "openapi", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// Double-quoted YAML escapes backslashes, and the contract writes \u for \x{}.
	text := strings.ReplaceAll(string(contract), `\\`, `\`)
	character := regexp.MustCompile(`\\x\{([0-9A-F]{4})\}`)
	for _, pattern := range []string{textPattern, descriptionPattern, searchPattern, slugPattern, usernamePattern, emailPattern, endpointPattern, tokenPattern,
		vaultPathPattern, remotePathPattern, remoteKeyPattern} {
		written := character.ReplaceAllString(pattern, `\u$1`)
		if !strings.Contains(text, written) {
			t.Errorf("the contract has no pattern %s", written)
		}
	}
}

func TestValidatorsDoNotShowCredentials(t *testing.T) {
	for name, rules := range map[string][]validator.String{"a token": Token(), "a value": SecretValue()} {
		for _, value := range []string{"sk marked", strings.Repeat("sk-marked", 10_000)} {
			response := validate(t.Context(), rules, value)
			for _, diagnostic := range response.Diagnostics {
				if strings.Contains(diagnostic.Summary()+diagnostic.Detail(), "marked") {
					t.Errorf("the error about %s shows it: %s", name, diagnostic.Detail())
				}
			}
			if name != "a value" && !response.Diagnostics.HasError() {
				t.Errorf("%s of %d characters is accepted", name, len(value))
			}
		}
	}
}

func TestValidators(t *testing.T) {
	for name, rule := range map[string]struct {
		rules          []validator.String
		valid, invalid []string
	}{
		"an id":         {[]validator.String{UUID()}, []string{"0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f"}, []string{"", "acme", "0198f2f07a3b7c1d9e2f3a4b5c6d7e8f", "0198F2F0-7A3B-7C1D-9E2F-3A4B5C6D7E8F"}},
		"a name":        {Text(128), []string{"a", "OpenAI, prod", strings.Repeat("ö", 128)}, []string{"", " a", "a ", "a\nb", strings.Repeat("a", 129)}},
		"a search text": {Search(), []string{"a", " prod", "ö"}, []string{"", "a\nb", strings.Repeat("a", 255)}},
		"a slug":        {Slug(), []string{"a", "acme-2"}, []string{"", "-a", "A", "a_b", strings.Repeat("a", 64)}},
		"a username":    {Username(), []string{"a", "agent_2-b"}, []string{"", "A", "a b", "ä", strings.Repeat("a", 33)}},
		"an email":      {Email(), []string{"a@b.example"}, []string{"a", "a@", "ä@b.example"}},
		"an endpoint":   {Endpoint(), []string{"http://10.0.0.1:8000", "https://[::1]/v1"}, []string{"", "ftp://a", "https://u:p@a", "https://a?b", "https://api.openai.com/v1/responses", "https://a/messages/"}},
		"an address":    {VaultAddress(), []string{"http://127.0.0.1:8200", "https://vault.example.com/vault"}, []string{"vault:8200", "https://u:p@a", "https://a/v1", "https://a/v1/"}},
		"a namespace":   {VaultPath(), []string{"team-a", "a/b.c"}, []string{"", "/a", "a/", "a//b", "a b"}},
		"a remote path": {RemotePath(), []string{"kv/data/prod/openai", "kv/data/a b/ö"}, []string{"", "/kv", "kv/", "kv//a", "kv/a?version=1", "kv/a#b", "kv/\n"}},
		"a remote key":  {RemoteKey(), []string{"value", "a/b?", "ö"}, []string{"", "a\n", strings.Repeat("a", 257)}},
	} {
		for _, value := range rule.valid {
			if response := validate(t.Context(), rule.rules, value); response.Diagnostics.HasError() {
				t.Errorf("%s %q is rejected: %v", name, value, response.Diagnostics)
			}
		}
		for _, value := range rule.invalid {
			if !validate(t.Context(), rule.rules, value).Diagnostics.HasError() {
				t.Errorf("%s %q is accepted", name, value)
			}
		}
	}
}

func validate(ctx context.Context, rules []validator.String, value string) validator.StringResponse {
	var response validator.StringResponse
	for _, rule := range rules {
		rule.ValidateString(ctx, validator.StringRequest{Path: path.Root("it"), ConfigValue: types.StringValue(value)}, &response)
	}
	return response
}
