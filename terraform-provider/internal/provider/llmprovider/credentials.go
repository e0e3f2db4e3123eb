package llmprovider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// managedByProxy are the headers that the proxy sets.
var managedByProxy = []string{"host", "content-length", "connection", "transfer-encoding"}

var (
	// headerName is a token (RFC 9110, section 5.6.2).
	headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$")
	// headerValue is visible ASCII with spaces and tabs inside, the portable part of field-value (RFC 9110, section 5.5).
	headerValue = regexp.MustCompile(`^[\x21-\x7E]([\x09\x20-\x7E]*[\x21-\x7E])?$`)
)

// checkCredentials rejects credentials that do not fit the auth method, in the words of the server (LlmProviderRules). It accepts
// unknown values, such as the id of a secret that the same apply creates.
func checkCredentials(config resourceModel, diagnostics *diag.Diagnostics) {
	if config.AuthMethod.IsUnknown() {
		return
	}
	switch client.AuthMethod(config.AuthMethod.ValueString()) {
	case client.AUTHMETHOD_BEARER, client.AUTHMETHOD_X_API_KEY:
		checkToken(config, diagnostics)
	case client.AUTHMETHOD_CUSTOM_HEADERS:
		checkOnlyHeaders(config, diagnostics)
	}
}

func checkToken(config resourceModel, diagnostics *diag.Diagnostics) {
	method := config.AuthMethod.ValueString()
	for _, headers := range setOf(config, "custom_headers", "custom_headers_wo") {
		diagnostics.AddAttributeError(path.Root(headers), "The custom headers do not fit the auth method",
			fmt.Sprintf("Remove %s, or set auth_method to custom_headers; %s takes a token.", headers, method))
	}
	if config.TokenSecretID.IsNull() && config.Token.IsNull() && config.TokenWO.IsNull() {
		diagnostics.AddAttributeError(path.Root("token_secret_id"), "The token is missing",
			fmt.Sprintf("Set token, token_wo or token_secret_id; %s requires one of them.", method))
	}
	if tokens := setOf(config, "token_secret_id", "token", "token_wo"); len(tokens) > 1 {
		diagnostics.AddAttributeError(path.Root(tokens[1]), "The token is set twice",
			fmt.Sprintf("Set %s, not both.", strings.Join(tokens[:2], " or ")))
	}
}

func checkOnlyHeaders(config resourceModel, diagnostics *diag.Diagnostics) {
	for _, token := range setOf(config, "token", "token_wo", "token_secret_id") {
		diagnostics.AddAttributeError(path.Root(token), "The token does not fit the auth method",
			fmt.Sprintf("Remove %s; auth_method custom_headers uses only the header map.", token))
	}
	headers := setOf(config, "custom_headers", "custom_headers_wo")
	if len(headers) > 1 {
		diagnostics.AddAttributeError(path.Root(headers[1]), "The custom headers are set twice",
			"Set custom_headers or custom_headers_wo, not both.")
	}
	missing := config.CustomHeaders.IsNull() && config.CustomHeadersWO.IsNull()
	if missing || hasNoHeader(config.CustomHeaders) || hasNoHeader(config.CustomHeadersWO) {
		diagnostics.AddAttributeError(path.Root("custom_headers"), "The custom headers are missing",
			"Set custom_headers or custom_headers_wo; it must have at least one header.")
	}
}

// setOf returns the attributes that are set.
func setOf(config resourceModel, names ...string) []string {
	values := map[string]attr.Value{
		"token_secret_id": config.TokenSecretID, "token": config.Token, "token_wo": config.TokenWO,
		"custom_headers": config.CustomHeaders, "custom_headers_wo": config.CustomHeadersWO,
	}
	return slices.DeleteFunc(names, func(name string) bool { return !object.IsSet(values[name]) })
}

// hasNoHeader reports whether a map has no header to send. Headers that are null are not sent.
func hasNoHeader(headers types.Map) bool {
	if !object.IsSet(headers) {
		return false
	}
	for _, value := range headers.Elements() {
		if !value.IsNull() {
			return false
		}
	}
	return true
}

// checkHeaders rejects headers that cannot be sent, in the order of their names.
func checkHeaders(name string, headers types.Map, diagnostics *diag.Diagnostics) {
	if !object.IsSet(headers) {
		return
	}
	elements := headers.Elements()
	ordered := make([]string, 0, len(elements))
	for header, value := range elements {
		if !value.IsNull() {
			ordered = append(ordered, header)
		}
	}
	slices.Sort(ordered)
	spellings := map[string]string{}
	for _, header := range ordered {
		attribute := path.Root(name).AtMapKey(header)
		folded := strings.ToLower(header)
		other, twice := spellings[folded]
		spellings[folded] = header
		switch {
		case slices.Contains(managedByProxy, folded):
			diagnostics.AddAttributeError(attribute, "The header is managed by the proxy",
				fmt.Sprintf("Remove this header; %s is managed by the proxy.", header))
		case !headerName.MatchString(header):
			diagnostics.AddAttributeError(attribute, "Invalid header name",
				"A header name may contain only letters, digits and !#$%&'*+.^_`|~-.")
		case twice:
			diagnostics.AddAttributeError(attribute, "The header is set twice",
				fmt.Sprintf("Duplicate of header %s.", other))
		}
		checkValue(attribute, elements[header], diagnostics)
	}
}

func checkValue(attribute path.Path, element attr.Value, diagnostics *diag.Diagnostics) {
	value, ok := element.(types.String)
	if ok && object.IsSet(value) && !headerValue.MatchString(value.ValueString()) {
		// The message omits the value, which is a credential.
		diagnostics.AddAttributeError(attribute, "Invalid header value",
			"Expected: A header value, visible ASCII characters with spaces or tabs between them.")
	}
}
