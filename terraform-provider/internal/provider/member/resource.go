// Package member is what the provider offers of members of organizations: the resource agyn_organization_member and its list
// resource, and the data sources agyn_organization_member and agyn_organization_members.
package member

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "member"

// Resource is agyn_organization_member.
type Resource struct {
	object.Resource
}

// model is what the server answers, but for what changes with the user.
type model struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	UserID         types.String `tfsdk:"user_id"`
	Email          types.String `tfsdk:"email"`
	Role           types.String `tfsdk:"role"`
	CreatedAt      types.String `tfsdk:"created_at"`
}

// resourceModel has besides what only the configuration knows.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// identityModel tells one member from all others.
type identityModel struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	UserID         types.String `tfsdk:"user_id"`
}

var (
	_ resource.ResourceWithConfigure        = (*Resource)(nil)
	_ resource.ResourceWithConfigValidators = (*Resource)(nil)
	_ resource.ResourceWithIdentity         = (*Resource)(nil)
	_ resource.ResourceWithImportState      = (*Resource)(nil)
)

// NewResource makes the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_organization_member"
}

// IdentitySchema describes what tells a member from all others.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
	response.IdentitySchema.Attributes["user_id"] = response.IdentitySchema.Attributes["id"]
	delete(response.IdentitySchema.Attributes, "id")
}

// ImportState takes <organization_id>/<user_id>, or the identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.ImportInOrganization(ctx, "user_id", request, response)
}

// ConfigValidators wants one way to say who it is.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.ExactlyOneOf(path.MatchRoot("user_id"), path.MatchRoot("email")),
	}
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "That a user belongs to an organization. For its owners, and cluster admins. The last active owner cannot leave: " +
			"destroying that membership takes it out of the state alone, with a warning, and it ends with the organization.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationID(),
			"user_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The id of the user. Either this or `email` is given; another one replaces the resource.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"email": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The email address of the user, whatever its case. Another one replaces the resource.",
				Validators:          object.Email(),
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(isAnotherEmail,
					"Another address replaces the resource; its case does not count.", "Another address replaces the resource; its case does not count.")},
			},
			"role": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`owner`, who may do everything in the organization, or `member`, who calls models and reads what is no credential.",
				Validators:          []validator.String{object.OneOf(client.AllowedMemberRoleEnumValues)},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

func isAnotherEmail(_ context.Context, request planmodifier.StringRequest, response *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	response.RequiresReplace = object.Given(request.ConfigValue) && !strings.EqualFold(request.ConfigValue.ValueString(), request.StateValue.ValueString())
}

// Create lets the user in.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.MemberCreate{
		UserId: object.Optional(plan.UserID), Email: object.Optional(plan.Email), Role: client.MemberRole(plan.Role.ValueString()),
	}
	made, _, err := r.Client.MembersAPI.AddMember(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).MemberCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The member cannot be added", err)...)
		return
	}
	plan.model = read(made, plan.Email)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read takes over what the server has.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.UserID.ValueString()
	found, answer, err := api.Read(ctx, r.Client, organization, filtered(ctx, r.Client, queryModel{OrganizationID: state.OrganizationID}),
		r.Client.MembersAPI.GetMember(ctx, organization, id), id, (*client.Member).GetUserId)
	if !r.IsThere(ctx, state.thing(), answer, err, response) {
		return
	}
	state.model = read(found, state.Email)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update gives the member another role.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	body := client.MemberUpdate{Role: client.MemberRole(plan.Role.ValueString())}
	updated, _, err := r.Client.MembersAPI.UpdateMember(ctx, plan.OrganizationID.ValueString(), plan.UserID.ValueString()).MemberUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The member cannot be updated", err)...)
		return
	}
	plan.model = read(updated, plan.Email)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete ends the membership. The last owner's ends with the organization, and only then, so that it leaves the state: where
// all is destroyed, the organization goes next.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	answer, err := r.Client.MembersAPI.RemoveMember(ctx, state.OrganizationID.ValueString(), state.UserID.ValueString()).Execute()
	if api.IsLastOwner(err) {
		response.Diagnostics.AddWarning("The last owner stays a member",
			"The server keeps an organization's last active owner. The membership of "+state.UserID.ValueString()+" is removed from the "+
				"state, and ends when the organization is destroyed, or by hand once there is another owner.")
		return
	}
	r.Deleted(ctx, state.thing(), answer, err, &response.Diagnostics)
}

// read maps what the server answers; an address that differs from the known one in case alone is the known one.
func read(member *client.Member, known types.String) model {
	email := types.StringPointerValue(member.Email.Get())
	if strings.EqualFold(email.ValueString(), known.ValueString()) && object.Given(known) {
		email = known
	}
	return model{
		OrganizationID: types.StringValue(member.OrganizationId),
		UserID:         types.StringValue(member.UserId),
		Email:          email,
		Role:           types.StringValue(string(member.Role)),
		CreatedAt:      object.Time(&member.CreatedAt),
	}
}

func (m model) identity() identityModel {
	return identityModel{OrganizationID: m.OrganizationID, UserID: m.UserID}
}

func (m model) thing() object.Thing {
	return object.Thing{Kind: kind, ID: m.UserID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
