package llmprovider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A configuration that may be valid once it is known must pass the plan.
func TestUnknownValuesAreAccepted(t *testing.T) {
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
			if diagnostics := validate(config); diagnostics.HasError() {
				t.Error(diagnostics)
			}
		})
	}
}

func TestConflictsAreRejectedDespiteUnknownValues(t *testing.T) {
	unknown := types.StringUnknown()
	host := types.MapValueMust(types.StringType, map[string]attr.Value{"Host": unknown})
	headers := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": unknown})
	for name, config := range map[string]inputs{
		"a header that the proxy manages": {AuthMethod: unknown, CustomHeaders: host},
		"headers with a token":            {AuthMethod: method("bearer"), Token: unknown, CustomHeaders: headers},
		"write-only headers by a token":   {AuthMethod: method("bearer"), Token: unknown, CustomHeadersWO: headers},
		"a write-only token twice":        {AuthMethod: method("bearer"), Token: method("sk"), TokenWO: method("sk")},
		"a write-only token and a secret": {AuthMethod: method("bearer"), TokenSecretID: method("id"), TokenWO: method("sk")},
		"write-only headers twice":        {AuthMethod: method("custom_headers"), CustomHeaders: headers, CustomHeadersWO: headers},
		"write-only headers and a token":  {AuthMethod: method("custom_headers"), CustomHeadersWO: headers, TokenWO: method("sk")},
	} {
		t.Run(name, func(t *testing.T) {
			if diagnostics := validate(config); diagnostics.ErrorsCount() != 1 {
				t.Error(diagnostics)
			}
		})
	}
}

// inputs are the validated attributes.
type inputs struct {
	AuthMethod, TokenSecretID, Token, TokenWO types.String
	CustomHeaders, CustomHeadersWO            types.Map
}

func validate(given inputs) diag.Diagnostics {
	config := resourceModel{
		model: model{AuthMethod: given.AuthMethod, TokenSecretID: given.TokenSecretID},
		Token: given.Token, TokenWO: given.TokenWO, CustomHeaders: given.CustomHeaders, CustomHeadersWO: given.CustomHeadersWO,
	}
	var diagnostics diag.Diagnostics
	checkCredentials(config, &diagnostics)
	checkHeaders("custom_headers", config.CustomHeaders, &diagnostics)
	checkHeaders("custom_headers_wo", config.CustomHeadersWO, &diagnostics)
	return diagnostics
}

func method(name string) types.String {
	return types.StringValue(name)
}

func TestNullHeadersAreNotSent(t *testing.T) {
	null, value := types.StringNull(), types.StringValue("a")
	some := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": value, "x-key": null, "X-Other": null})
	if diagnostics := validate(inputs{AuthMethod: method("custom_headers"), CustomHeaders: some}); diagnostics.HasError() {
		t.Error(diagnostics)
	}
	var diagnostics diag.Diagnostics
	if sent := headers(t.Context(), some, &diagnostics); diagnostics.HasError() || len(*sent) != 1 || (*sent)["X-Key"] != "a" {
		t.Errorf("sent %v; %v", sent, diagnostics)
	}
	none := types.MapValueMust(types.StringType, map[string]attr.Value{"X-Key": null})
	if diagnostics := validate(inputs{AuthMethod: method("custom_headers"), CustomHeaders: none}); diagnostics.ErrorsCount() != 1 {
		t.Errorf("a map with only null headers is accepted: %v", diagnostics)
	}
}
