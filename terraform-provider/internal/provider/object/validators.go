package object

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// sensitivePattern requires or forbids a pattern. Unlike the library's validators, it never shows the value, which may be or
// contain a credential.
type sensitivePattern struct {
	pattern   *regexp.Regexp
	forbidden bool
	must      string
}

// Description implements validator.Describer.
func (s sensitivePattern) Description(context.Context) string {
	return s.must
}

// MarkdownDescription implements validator.Describer.
func (s sensitivePattern) MarkdownDescription(ctx context.Context) string {
	return s.Description(ctx)
}

// ValidateString implements validator.String.
func (s sensitivePattern) ValidateString(_ context.Context, request validator.StringRequest, response *validator.StringResponse) {
	if IsSet(request.ConfigValue) && s.pattern.MatchString(request.ConfigValue.ValueString()) == s.forbidden {
		response.Diagnostics.AddAttributeError(request.Path, "Invalid value", fmt.Sprintf("Attribute %s %s.", request.Path, s.must))
	}
}

// sensitiveLength limits the length of a value in bytes without showing the value.
type sensitiveLength struct {
	least, most int
}

// Description implements validator.Describer.
func (s sensitiveLength) Description(context.Context) string {
	return fmt.Sprintf("must be %d to %d bytes long", s.least, s.most)
}

// MarkdownDescription implements validator.Describer.
func (s sensitiveLength) MarkdownDescription(ctx context.Context) string {
	return s.Description(ctx)
}

// ValidateString implements validator.String.
func (s sensitiveLength) ValidateString(ctx context.Context, request validator.StringRequest, response *validator.StringResponse) {
	if !IsSet(request.ConfigValue) {
		return
	}
	if length := len(request.ConfigValue.ValueString()); length < s.least || length > s.most {
		response.Diagnostics.AddAttributeError(request.Path, "Invalid length",
			fmt.Sprintf("Attribute %s %s, but has %d bytes.", request.Path, s.Description(ctx), length))
	}
}
