package object

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// matchesUnshown is a rule whose refusal does not show the value, as the library's own does: it may be a credential, or
// have one in it.
type matchesUnshown struct {
	pattern *regexp.Regexp
	must    string
}

// Description says what the rule wants.
func (m matchesUnshown) Description(context.Context) string {
	return m.must
}

// MarkdownDescription says what the rule wants.
func (m matchesUnshown) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

// ValidateString implements validator.String.
func (m matchesUnshown) ValidateString(_ context.Context, request validator.StringRequest, response *validator.StringResponse) {
	value := request.ConfigValue
	if !value.IsNull() && !value.IsUnknown() && !m.pattern.MatchString(value.ValueString()) {
		response.Diagnostics.AddAttributeError(request.Path, "The value is not legal", fmt.Sprintf("Attribute %s %s.", request.Path, m.must))
	}
}

// differsUnshown is the rule of matchesUnshown the other way round.
type differsUnshown struct {
	matchesUnshown
}

// ValidateString implements validator.String.
func (d differsUnshown) ValidateString(_ context.Context, request validator.StringRequest, response *validator.StringResponse) {
	value := request.ConfigValue
	if !value.IsNull() && !value.IsUnknown() && d.pattern.MatchString(value.ValueString()) {
		response.Diagnostics.AddAttributeError(request.Path, "The value is not legal", fmt.Sprintf("Attribute %s %s.", request.Path, d.must))
	}
}

// parses is a rule that a value can be read as something.
type parses struct {
	must string
	can  func(string) bool
}

// Description says what the rule wants.
func (p parses) Description(context.Context) string {
	return p.must
}

// MarkdownDescription says what the rule wants.
func (p parses) MarkdownDescription(ctx context.Context) string {
	return p.Description(ctx)
}

// ValidateString implements validator.String.
func (p parses) ValidateString(_ context.Context, request validator.StringRequest, response *validator.StringResponse) {
	value := request.ConfigValue
	if !value.IsNull() && !value.IsUnknown() && !p.can(value.ValueString()) {
		response.Diagnostics.AddAttributeError(request.Path, "The value is not legal",
			fmt.Sprintf("Attribute %s %s; it is %q.", request.Path, p.must, value.ValueString()))
	}
}

// lengthUnshown is a rule on the bytes of a value whose refusal does not show it.
type lengthUnshown struct {
	least, most int
}

// Description says what the rule wants.
func (l lengthUnshown) Description(context.Context) string {
	return fmt.Sprintf("must be %d to %d bytes long", l.least, l.most)
}

// MarkdownDescription says what the rule wants.
func (l lengthUnshown) MarkdownDescription(ctx context.Context) string {
	return l.Description(ctx)
}

// ValidateString implements validator.String.
func (l lengthUnshown) ValidateString(ctx context.Context, request validator.StringRequest, response *validator.StringResponse) {
	value := request.ConfigValue
	if value.IsNull() || value.IsUnknown() {
		return
	}
	if length := len(value.ValueString()); length < l.least || length > l.most {
		response.Diagnostics.AddAttributeError(request.Path, "The value is too short or too long",
			fmt.Sprintf("Attribute %s %s; it has %d.", request.Path, l.Description(ctx), length))
	}
}
