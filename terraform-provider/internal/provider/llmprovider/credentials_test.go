package llmprovider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Whatever may turn out to fit, once it is known, must not refuse the plan.
func TestWhatIsNotKnownYetIsNotRefused(t *testing.T) {
	unknown := types.StringUnknown()
	token := types.StringValue("sk")
	headers := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": token})
	unknownHeader := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": unknown})
	unknownHeaders := types.MapUnknown(types.StringType)
	for name, config := range map[string]inputs{
		"the auth method, with a token":   {AuthMethod: unknown, Token: token},
		"the auth method, with a secret":  {AuthMethod: unknown, TokenSecretID: token},
		"the auth method, with headers":   {AuthMethod: unknown, CustomHeaders: headers},
		"the auth method, with nothing":   {AuthMethod: unknown},
		"a token":                         {AuthMethod: method("bearer"), Token: unknown},
		"the id of a secret":              {AuthMethod: method("x_api_key"), TokenSecretID: unknown},
		"a secret, one of two":            {AuthMethod: method("bearer"), TokenSecretID: unknown, Token: token},
		"a token, one of two":             {AuthMethod: method("bearer"), TokenSecretID: token, Token: unknown},
		"both, one of which may be null":  {AuthMethod: method("bearer"), TokenSecretID: unknown, Token: unknown},
		"headers that may be null":        {AuthMethod: method("bearer"), Token: token, CustomHeaders: unknownHeaders},
		"all headers":                     {AuthMethod: method("custom_headers"), CustomHeaders: unknownHeaders},
		"a header's value":                {AuthMethod: method("custom_headers"), CustomHeaders: unknownHeader},
		"a token that may be null":        {AuthMethod: method("custom_headers"), CustomHeaders: headers, Token: unknown},
		"a secret's id that may be null":  {AuthMethod: method("custom_headers"), CustomHeaders: headers, TokenSecretID: unknown},
		"everything, as in a module call": {AuthMethod: unknown, Token: unknown, TokenSecretID: unknown, CustomHeaders: unknownHeaders},
	} {
		t.Run(name, func(t *testing.T) {
			if refusals := refusalsOf(config); refusals.HasError() {
				t.Error(refusals)
			}
		})
	}
}

// What is wrong whatever the rest turns out to be is refused at once.
func TestWhatIsWrongInAnyCaseIsRefusedBesideWhatIsNotKnownYet(t *testing.T) {
	unknown := types.StringUnknown()
	host := types.MapValueMust(types.StringType, map[string]attr.Value{"Host": unknown})
	headers := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": unknown})
	for name, config := range map[string]inputs{
		"a header that the proxy manages": {AuthMethod: unknown, CustomHeaders: host},
		"headers beside a token":          {AuthMethod: method("bearer"), Token: unknown, CustomHeaders: headers},
		"write-only headers by a token":   {AuthMethod: method("bearer"), Token: unknown, CustomHeadersWO: headers},
		"a write-only token twice":        {AuthMethod: method("bearer"), Token: method("sk"), TokenWO: method("sk")},
		"a write-only token and a secret": {AuthMethod: method("bearer"), TokenSecretID: method("id"), TokenWO: method("sk")},
		"write-only headers twice":        {AuthMethod: method("custom_headers"), CustomHeaders: headers, CustomHeadersWO: headers},
		"write-only headers and a token":  {AuthMethod: method("custom_headers"), CustomHeadersWO: headers, TokenWO: method("sk")},
	} {
		t.Run(name, func(t *testing.T) {
			if refusals := refusalsOf(config); refusals.ErrorsCount() != 1 {
				t.Error(refusals)
			}
		})
	}
}

// inputs are what of the configuration the rules are about.
type inputs struct {
	AuthMethod, TokenSecretID, Token, TokenWO types.String
	CustomHeaders, CustomHeadersWO            types.Map
}

func refusalsOf(given inputs) diag.Diagnostics {
	config := resourceModel{
		model: model{AuthMethod: given.AuthMethod, TokenSecretID: given.TokenSecretID},
		Token: given.Token, TokenWO: given.TokenWO, CustomHeaders: given.CustomHeaders, CustomHeadersWO: given.CustomHeadersWO,
	}
	var refusals diag.Diagnostics
	checkCredentials(config, &refusals)
	checkHeaders("custom_headers", config.CustomHeaders, &refusals)
	checkHeaders("custom_headers_wo", config.CustomHeadersWO, &refusals)
	return refusals
}

func method(name string) types.String {
	return types.StringValue(name)
}

func TestAHeaderThatIsNullIsLeftOut(t *testing.T) {
	null, value := types.StringNull(), types.StringValue("a")
	some := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": value, "x-key": null, "X-Other": null})
	if refusals := refusalsOf(inputs{AuthMethod: method("custom_headers"), CustomHeaders: some}); refusals.HasError() {
		t.Error(refusals)
	}
	var diagnostics diag.Diagnostics
	if sent := headers(t.Context(), some, &diagnostics); diagnostics.HasError() || len(*sent) != 1 || (*sent)["X-Key"] != "a" {
		t.Errorf("%v is sent; %v", sent, diagnostics)
	}
	none := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": null})
	if refusals := refusalsOf(inputs{AuthMethod: method("custom_headers"), CustomHeaders: none}); refusals.ErrorsCount() != 1 {
		t.Errorf("a map with no other is taken: %v", refusals)
	}
}
