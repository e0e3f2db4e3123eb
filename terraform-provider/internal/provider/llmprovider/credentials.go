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
)

// managedByProxy are the headers that the proxy sets itself.
var managedByProxy = []string{"host", "content-length", "connection", "transfer-encoding"}

var (
	// headerName is a token of RFC 9110, 5.6.2.
	headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$")
	// headerValue is visible ASCII with spaces and tabs inside, the part of RFC 9110's field-value that travels safely.
	headerValue = regexp.MustCompile(`^[\x21-\x7E]([\x09\x20-\x7E]*[\x21-\x7E])?$`)
)

// checkCredentials notes credentials that do not go with the auth method. What is not known yet is taken to fit: a secret
// that is yet to be made must not refuse the plan.
func checkCredentials(config model, diagnostics *diag.Diagnostics) {
	if config.AuthMethod.IsUnknown() {
		return
	}
	switch client.AuthMethod(config.AuthMethod.ValueString()) {
	case client.BEARER, client.X_API_KEY:
		checkToken(config, diagnostics)
	case client.CUSTOM_HEADERS:
		checkOnlyHeaders(config, diagnostics)
	}
}

func checkToken(config model, diagnostics *diag.Diagnostics) {
	method := config.AuthMethod.ValueString()
	if given(config.CustomHeaders) {
		diagnostics.AddAttributeError(path.Root("custom_headers"), "The custom headers do not go with the auth method",
			fmt.Sprintf("Remove custom_headers, or set auth_method to \"custom_headers\": %s takes a token.", method))
	}
	if config.TokenSecretID.IsNull() && config.Token.IsNull() {
		diagnostics.AddAttributeError(path.Root("token_secret_id"), "The token is missing",
			fmt.Sprintf("Set token_secret_id to the id of a secret, or token: %s needs one of them.", method))
	}
	if given(config.TokenSecretID) && given(config.Token) {
		diagnostics.AddAttributeError(path.Root("token"), "The token is given twice",
			"Remove either token_secret_id or token.")
	}
}

func checkOnlyHeaders(config model, diagnostics *diag.Diagnostics) {
	if given(config.Token) {
		diagnostics.AddAttributeError(path.Root("token"), "The token does not go with the auth method",
			"Remove token: custom_headers takes the header map and nothing else.")
	}
	if given(config.TokenSecretID) {
		diagnostics.AddAttributeError(path.Root("token_secret_id"), "The token does not go with the auth method",
			"Remove token_secret_id: custom_headers takes the header map and nothing else.")
	}
	empty := given(config.CustomHeaders) && len(config.CustomHeaders.Elements()) == 0
	if config.CustomHeaders.IsNull() || empty {
		diagnostics.AddAttributeError(path.Root("custom_headers"), "The custom headers are missing",
			"Set custom_headers to at least one header: the auth method custom_headers needs them.")
	}
}

// checkHeaders notes headers that may not or cannot be sent, in the order of their names.
func checkHeaders(headers types.Map, diagnostics *diag.Diagnostics) {
	if !given(headers) {
		return
	}
	elements := headers.Elements()
	ordered := make([]string, 0, len(elements))
	for name := range elements {
		ordered = append(ordered, name)
	}
	slices.Sort(ordered)
	spellings := map[string]string{}
	for _, name := range ordered {
		attribute := path.Root("custom_headers").AtMapKey(name)
		folded := strings.ToLower(name)
		other, twice := spellings[folded]
		spellings[folded] = name
		switch {
		case slices.Contains(managedByProxy, folded):
			diagnostics.AddAttributeError(attribute, "The header is managed by the proxy",
				fmt.Sprintf("Remove %s from custom_headers: Host, Content-Length, Connection and Transfer-Encoding cannot be set.", name))
		case !headerName.MatchString(name):
			diagnostics.AddAttributeError(attribute, "The header's name is not legal",
				"Choose another name: a header name is letters, digits and !#$%&'*+.^_`|~- without spaces.")
		case twice:
			diagnostics.AddAttributeError(attribute, "The header is given twice",
				fmt.Sprintf("Remove %s or %s: case does not tell headers apart.", other, name))
		}
		checkValue(attribute, elements[name], diagnostics)
	}
}

func checkValue(attribute path.Path, element attr.Value, diagnostics *diag.Diagnostics) {
	value, ok := element.(types.String)
	if ok && given(value) && !headerValue.MatchString(value.ValueString()) {
		// Without the value, which is a credential.
		diagnostics.AddAttributeError(attribute, "The header's value is not legal",
			"Set it to visible ASCII characters, with spaces or tabs only between them.")
	}
}

// given tells whether a value is there and known.
func given(value attr.Value) bool {
	return !value.IsNull() && !value.IsUnknown()
}
