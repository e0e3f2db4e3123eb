// Package member implements the resource, the list resource and the data sources of members of organizations.
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
	object.InOrganization
}

// model holds the attributes that the server returns, without the user's attributes.
type model struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	UserID         types.String `tfsdk:"user_id"`
	Username       types.String `tfsdk:"username"`
	Email          types.String `tfsdk:"email"`
	Role           types.String `tfsdk:"role"`
	CreatedAt      types.String `tfsdk:"created_at"`
}

// resourceModel adds the attributes that only the configuration holds.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// identityModel is the identity of a member.
type identityModel struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	UserID         types.String `tfsdk:"user_id"`
}

var (
	_ resource.ResourceWithConfigure        = (*Resource)(nil)
	_ resource.ResourceWithConfigValidators = (*Resource)(nil)
	_ resource.ResourceWithIdentity         = (*Resource)(nil)
	_ resource.ResourceWithImportState      = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan       = (*Resource)(nil)
)

// NewResource creates the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_organization_member"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
	response.IdentitySchema.Attributes["user_id"] = response.IdentitySchema.Attributes["id"]
	delete(response.IdentitySchema.Attributes, "id")
}

// ImportState imports by <organization_id>/<user_id> or identity, or by <user_id> in the provider's organization.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	r.Import(ctx, "user_id", nil, request, response)
}

// ConfigValidators requires the user id, the username or the email address.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.ExactlyOneOf(path.MatchRoot("user_id"), path.MatchRoot("username"), path.MatchRoot("email")),
	}
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages a user's membership of an organization. Only cluster admins add members; owners of the organization change their roles and remove them, and invite users with `agyn_organization_invitation`. Removing a " +
			"member revokes the user's API tokens for the organization. An organization keeps its last active owner: destroying or replacing " +
			"that membership only removes it from the state, with a warning; it ends with the organization. To replace the only owner, set " +
			"`create_before_destroy`.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationID(),
			"user_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The id of the user. Set exactly one of `user_id`, `username` and `email`. A change replaces the resource.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"username": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The username of the user. Like `email`, it identifies the user only when the membership is created.",
				Validators:          object.Username(),
			},
			"email": schema.StringAttribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "The email address of the user (case-insensitive). It identifies the user only when the membership is created. If the " +
					"user's address changes, set the new one. For a membership of another user, use `user_id` or `terraform apply -replace`.",
				Validators: object.Email(),
			},
			"role": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`owner`, with all permissions in the organization, or `member`, who calls models and reads everything except credentials.",
				Validators:          []validator.String{object.OneOf(client.AllowedMemberRoleEnumValues)},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create adds the member.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.MemberCreate{
		UserId: object.Optional(plan.UserID), Username: object.Optional(plan.Username), Email: object.Optional(plan.Email),
		Role: client.MemberRole(plan.Role.ValueString()),
	}
	created, _, err := r.Client.MembersAPI.AddMember(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).MemberCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The member cannot be added", err)...)
		return
	}
	plan.model = read(created, plan.Email)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read refreshes the state.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.UserID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, organization, listRequest(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.MembersAPI.GetMember(ctx, organization, id), id, (*client.Member).GetUserId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	state.model = read(found, state.Email)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update changes the role. A new username or address must belong to the same user: replacing the membership would revoke the user's API
// tokens.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var state, plan resourceModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	renamed := object.IsSet(plan.Username) && !plan.Username.Equal(state.Username) || object.IsSet(plan.Email) && !sameAddress(plan.Email, state.Email)
	if renamed && !r.isPlannedUser(ctx, plan, &response.Diagnostics) {
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

// isPlannedUser reports whether the planned username and address are the member's, or adds an error.
func (r *Resource) isPlannedUser(ctx context.Context, plan resourceModel, diagnostics *diag.Diagnostics) bool {
	found, _, err := r.Client.MembersAPI.GetMember(ctx, plan.OrganizationID.ValueString(), plan.UserID.ValueString()).Execute()
	if err != nil {
		diagnostics.Append(api.Diagnose("The member cannot be read", err)...)
		return false
	}
	differ := func(attribute, label string, now types.String) {
		diagnostics.AddAttributeError(path.Root(attribute), "The "+label+" belongs to another user",
			fmt.Sprintf("The member is the user %s with the %s %s. Nothing was changed, because removing a member revokes the user's API "+
				"tokens. To keep this member, set %s to that, or set user_id. For another user, replace the resource: "+
				"terraform apply -replace=<address of the resource>.", found.UserId, label, now, attribute))
	}
	if username := types.StringValue(found.Username); object.IsSet(plan.Username) && !plan.Username.Equal(username) {
		differ("username", "username", username)
	}
	if email := types.StringPointerValue(found.Email.Get()); object.IsSet(plan.Email) && !sameAddress(plan.Email, email) {
		differ("email", "email address", email)
	}
	return !diagnostics.HasError()
}

func sameAddress(one, other types.String) bool {
	return strings.EqualFold(one.ValueString(), other.ValueString())
}

// Delete removes the member. The server keeps the last active owner until the organization is deleted, which is next if
// Terraform destroys everything: that membership only leaves the state.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.MembersAPI.RemoveMember(ctx, state.OrganizationID.ValueString(), state.UserID.ValueString()).Execute()
	if api.IsLastOwner(err) {
		response.Diagnostics.AddWarning("The last owner remains a member",
			"An organization keeps its last active owner. The membership of the user "+state.UserID.ValueString()+" leaves the state, "+
				"and ends with the organization. Once there is another owner, you can remove the member yourself.")
		return
	}
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

// read maps a member. It keeps the known spelling of the address if only the case differs.
func read(member *client.Member, known types.String) model {
	email := types.StringPointerValue(member.Email.Get())
	if object.IsSet(known) && sameAddress(email, known) {
		email = known
	}
	return model{
		OrganizationID: types.StringValue(member.OrganizationId),
		UserID:         types.StringValue(member.UserId),
		Username:       types.StringValue(member.Username),
		Email:          email,
		Role:           types.StringValue(string(member.Role)),
		CreatedAt:      object.Time(&member.CreatedAt),
	}
}

func (m model) identity() identityModel {
	return identityModel{OrganizationID: m.OrganizationID, UserID: m.UserID}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.UserID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
