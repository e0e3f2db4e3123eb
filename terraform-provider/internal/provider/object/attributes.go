package object

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ID is the attribute of an id that the server makes.
func ID(kind string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "The id of the " + kind + ", a UUID.",
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// CreatedAt is the attribute of the time when the server has made a thing.
func CreatedAt() schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "When it was made, as in RFC 3339.",
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// OrganizationID is the attribute of the organization that a thing belongs to; another one means another thing.
func OrganizationID() schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "The id of the organization. Another one replaces the resource.",
		Validators:          []validator.String{UUID()},
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
	}
}

// Name is the attribute of a name that is unique in the organization.
func Name() schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: "The name, 1 to 128 characters, unique in the organization.",
		Validators:          Text(128),
	}
}

// keepUnless keeps a computed value through an update that leaves the attributes alone that it is computed from.
type keepUnless struct {
	sources []path.Path
}

// KeepUnlessChanged plans a computed value as it stands in the state, unless one of the attributes that the server
// computes it from is another one in the plan.
func KeepUnlessChanged(sources ...path.Path) keepUnless {
	return keepUnless{sources: sources}
}

// Description says what the modifier does.
func (k keepUnless) Description(context.Context) string {
	return "Keeps the value while what it is computed from stays the same."
}

// MarkdownDescription says what the modifier does.
func (k keepUnless) MarkdownDescription(ctx context.Context) string {
	return k.Description(ctx)
}

// PlanModifyString implements planmodifier.String.
func (k keepUnless) PlanModifyString(ctx context.Context, request planmodifier.StringRequest, response *planmodifier.StringResponse) {
	if k.keeps(ctx, request.State, request.Plan) {
		response.PlanValue = request.StateValue
	}
}

// PlanModifyInt64 implements planmodifier.Int64.
func (k keepUnless) PlanModifyInt64(ctx context.Context, request planmodifier.Int64Request, response *planmodifier.Int64Response) {
	if k.keeps(ctx, request.State, request.Plan) {
		response.PlanValue = request.StateValue
	}
}

func (k keepUnless) keeps(ctx context.Context, state tfsdk.State, plan tfsdk.Plan) bool {
	if state.Raw.IsNull() || plan.Raw.IsNull() {
		return false
	}
	for _, source := range k.sources {
		var before, after attr.Value
		if state.GetAttribute(ctx, source, &before).HasError() || plan.GetAttribute(ctx, source, &after).HasError() {
			return false
		}
		if after.IsUnknown() || !before.Equal(after) {
			return false
		}
	}
	return true
}

// Optional gives what the client sends for an optional attribute: nil where it is not set.
func Optional(value types.String) *string {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	text := value.ValueString()
	return &text
}
