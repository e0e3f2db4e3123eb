package object

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ID is the id that the server generates.
func ID(kind string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "The id of the " + kind + ", a UUID.",
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// CreatedAt is the time of creation.
func CreatedAt() schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "The time of creation (RFC 3339).",
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// Name is a name that is unique in the organization.
func Name() schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "The name, 1 to 128 characters, unique in the organization.",
		Validators:          Text(128),
	}
}

// IsSet reports whether a value is neither null nor unknown.
func IsSet(value attr.Value) bool {
	return !value.IsNull() && !value.IsUnknown()
}

// Optional returns the value of an optional attribute for the client, nil unless it is set.
func Optional(value types.String) *string {
	if !IsSet(value) {
		return nil
	}
	text := value.ValueString()
	return &text
}

// useStateUnlessChanged keeps a computed value until one of the attributes that it depends on changes.
type useStateUnlessChanged struct {
	sources []path.Path
}

// UseStateUnlessChanged plans the prior value of a computed attribute, unless the plan changes one of the attributes
// that the server computes it from.
func UseStateUnlessChanged(sources ...path.Path) useStateUnlessChanged {
	return useStateUnlessChanged{sources: sources}
}

// Description implements planmodifier.Describer.
func (u useStateUnlessChanged) Description(context.Context) string {
	return "Keeps the value until an attribute that it depends on changes."
}

// MarkdownDescription implements planmodifier.Describer.
func (u useStateUnlessChanged) MarkdownDescription(ctx context.Context) string {
	return u.Description(ctx)
}

// PlanModifyString implements planmodifier.String.
func (u useStateUnlessChanged) PlanModifyString(ctx context.Context, request planmodifier.StringRequest, response *planmodifier.StringResponse) {
	if u.isUnchanged(ctx, request.State, request.Plan) {
		response.PlanValue = request.StateValue
	}
}

func (u useStateUnlessChanged) isUnchanged(ctx context.Context, state tfsdk.State, plan tfsdk.Plan) bool {
	if state.Raw.IsNull() || plan.Raw.IsNull() {
		return false
	}
	for _, source := range u.sources {
		var prior, planned attr.Value
		if state.GetAttribute(ctx, source, &prior).HasError() || plan.GetAttribute(ctx, source, &planned).HasError() {
			return false
		}
		if planned.IsUnknown() || !prior.Equal(planned) {
			return false
		}
	}
	return true
}
