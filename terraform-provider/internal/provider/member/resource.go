// Package member is what the provider offers of members of organizations: the resource agyn_organization_member and its list
// resource, and the data sources agyn_organization_member and agyn_organization_members.
package member

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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
		MarkdownDescription: "Manages a user's membership of an organization. For its owners, and cluster admins. The last active owner cannot " +
			"leave: destroying or replacing that membership takes it out of the state alone, with a warning, and it ends with the " +
			"organization. To replace the only owner, set `create_before_destroy`. Removing a member revokes the user's API tokens for the " +
			"organization.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationID(),
			"user_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The id of the user, which never changes. Either this or `email` is given; another one replaces the resource.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"email": schema.StringAttribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "The email address of the user, whatever its case. It finds the user when the membership is created; " +
					"after that, the membership stays with the user: set the new address when the user's changes. For another user, " +
					"replace the resource with `terraform apply -replace`, or use `user_id`.",
				Validators: object.Email(),
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
	found, answer, err := api.Read(ctx, r.Client, organization, filtered(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.MembersAPI.GetMember(ctx, organization, id), id, (*client.Member).GetUserId)
	if !r.IsThere(ctx, state.thing(), answer, err, response) {
		return
	}
	state.model = read(found, state.Email)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update gives the member another role. Another address must be the same user's: to remove the member would revoke the
// user's API tokens.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var state, plan resourceModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	if object.Given(plan.Email) && !sameAddress(plan.Email, state.Email) && !r.isOf(ctx, plan, &response.Diagnostics) {
		return
	}
	body := client.MemberUpdate{Role: client.MemberRole(plan.Role.ValueString())}
	updated, _, err := r.Client.MembersAPI.UpdateMember(ctx, plan.OrganizationID.ValueString(), plan.UserID.ValueString()).MemberUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The member cannot be updated", err)...)
		return
	}
	plan.model = read(updated, plan.Email)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// isOf tells whether the planned address is the member's, and notes where it is not.
func (r *Resource) isOf(ctx context.Context, plan resourceModel, diagnostics *diag.Diagnostics) bool {
	found, _, err := r.Client.MembersAPI.GetMember(ctx, plan.OrganizationID.ValueString(), plan.UserID.ValueString()).Execute()
	if err != nil {
		diagnostics.Append(api.Diagnose("The member cannot be read", err)...)
		return false
	}
	now := types.StringPointerValue(found.Email.Get())
	if sameAddress(plan.Email, now) {
		return true
	}
	diagnostics.AddAttributeError(path.Root("email"), "The email address is not the member's",
		fmt.Sprintf("The member is the user %s with the address %s. The membership was left alone, since removing a member revokes the "+
			"user's API tokens. For this member, set email to that address, or set user_id. For another user, replace the resource: "+
			"terraform apply -replace=<address of the resource>.", found.UserId, now))
	return false
}

func sameAddress(one, other types.String) bool {
	return strings.EqualFold(one.ValueString(), other.ValueString())
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
	if object.Given(known) && sameAddress(email, known) {
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
