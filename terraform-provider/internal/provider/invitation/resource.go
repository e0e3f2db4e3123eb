// Package invitation implements the resource, the list resource and the data sources of invitations to organizations.
package invitation

import (
	"context"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
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

const kind = "invitation"

// Resource is agyn_organization_invitation.
type Resource struct {
	object.InOrganization
}

// model holds the attributes that the server returns.
type model struct {
	ID             types.String      `tfsdk:"id"`
	OrganizationID types.String      `tfsdk:"organization_id"`
	Username       types.String      `tfsdk:"username"`
	Email          types.String      `tfsdk:"email"`
	Role           types.String      `tfsdk:"role"`
	Status         types.String      `tfsdk:"status"`
	ExpiresAt      timetypes.RFC3339 `tfsdk:"expires_at"`
	CreatedAt      types.String      `tfsdk:"created_at"`
}

// resourceModel adds the attributes that only the configuration holds.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
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
	response.TypeName = request.ProviderTypeName + "_organization_invitation"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState imports by <organization_id>/<id>, <id> or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	lookup := func(ctx context.Context, organization, id string) (*http.Response, error) {
		_, httpResponse, err := r.Client.InvitationsAPI.GetInvitation(ctx, organization, id).Execute()
		return httpResponse, err
	}
	r.Import(ctx, "id", lookup, request, response)
}

// ConfigValidators requires the username or the email address.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.ExactlyOneOf(path.MatchRoot("username"), path.MatchRoot("email")),
	}
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	replaced := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	response.Schema = schema.Schema{
		MarkdownDescription: "Invites a user to an organization, who accepts or declines. Only for owners of the organization and cluster admins. " +
			"Cluster admins can add members without an invitation, see `agyn_organization_member`. Destroying the resource cancels a pending " +
			"invitation, and ends no membership. An expired or declined invitation stays in the state: invite again with `terraform apply " +
			"-replace`. Any change replaces the invitation.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"username": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The username of the user. Set either this or `email`.",
				Validators:          object.Username(),
				PlanModifiers:       replaced,
			},
			"email": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The email address of the user, who need not exist yet: the invitation waits for a user with this verified address.",
				Validators:          object.Email(),
				PlanModifiers:       replaced,
			},
			"role": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`owner` or `member`.",
				Validators:          []validator.String{object.OneOf(client.AllowedMemberRoleEnumValues)},
				PlanModifiers:       replaced,
			},
			"expires_at": schema.StringAttribute{
				CustomType:          timetypes.RFC3339Type{},
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The time of expiry (RFC 3339), at most 90 days ahead. The default is in 14 days.",
				PlanModifiers: []planmodifier.String{
					stringplanmodifier.UseStateForUnknown(), object.UseStateForSameInstant(), stringplanmodifier.RequiresReplaceIfConfigured(),
				},
			},
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: object.Backticked(client.AllowedInvitationStatusEnumValues) + ". The next apply creates a cancelled invitation again.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create invites the user.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.InvitationCreate{
		Username: object.Optional(plan.Username), Email: object.Optional(plan.Email), Role: client.MemberRole(plan.Role.ValueString()),
		ExpiresAt: object.Instant(plan.ExpiresAt),
	}
	created, _, err := r.Client.InvitationsAPI.CreateInvitation(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).InvitationCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The user cannot be invited", err)...)
		return
	}
	plan.model = read(created, plan.model)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read refreshes the state. A cancelled invitation leaves it.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, organization, listRequest(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.InvitationsAPI.GetInvitation(ctx, organization, id), id, (*client.Invitation).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	if found.Status == client.INVITATIONSTATUS_CANCELLED {
		object.RemoveFromState(ctx, state.ref(), response)
		return
	}
	state.model = read(found, state.model)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update sends nothing: only the time-outs can change in place.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete cancels the invitation. One that was accepted or declined only leaves the state.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	httpResponse, err := r.Client.InvitationsAPI.CancelInvitation(ctx, organization, id).Execute()
	if httpResponse != nil && httpResponse.StatusCode == http.StatusConflict {
		found, _, readErr := r.Client.InvitationsAPI.GetInvitation(ctx, organization, id).Execute()
		if readErr == nil && found.Status != client.INVITATIONSTATUS_PENDING && found.Status != client.INVITATIONSTATUS_EXPIRED {
			return
		}
	}
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

func sameAddress(one, other types.String) bool {
	return strings.EqualFold(one.ValueString(), other.ValueString())
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
