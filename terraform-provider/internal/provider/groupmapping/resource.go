// Package groupmapping implements the resource, the list resource and the data sources of group mappings.
package groupmapping

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
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

const kind = "group mapping"

// Resource is agyn_group_mapping.
type Resource struct {
	object.InOrganization
}

// model holds the attributes that the server returns.
type model struct {
	ID             types.String `tfsdk:"id"`
	OrganizationID types.String `tfsdk:"organization_id"`
	Group          types.String `tfsdk:"group"`
	Role           types.String `tfsdk:"role"`
	CreatedAt      types.String `tfsdk:"created_at"`
}

// resourceModel adds the attributes that only the configuration holds.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
)

// NewResource creates the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_group_mapping"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState imports by <organization_id>/<id>, <id> or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	lookup := func(ctx context.Context, organization, id string) (*http.Response, error) {
		_, httpResponse, err := r.Client.GroupMappingsAPI.GetGroupMapping(ctx, organization, id).Execute()
		return httpResponse, err
	}
	r.Import(ctx, "id", lookup, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Gives the users in a group of the identity provider a role in an organization. They become members at once if they have " +
			"signed in with the group, otherwise at their next sign-in, and lose the membership with the group or the mapping. Members added by " +
			"hand keep their role. Only cluster admins create and update group mappings; owners of the organization read and delete them.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"group": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "The name of the group, exactly as the identity provider sends it in its claim. An organization maps a group once. A " +
					"change replaces the resource.",
				Validators:    object.Group(),
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"role": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`owner` or `member`. A user in several groups has the highest of their roles.",
				Validators:          []validator.String{object.OneOf(client.AllowedMemberRoleEnumValues)},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create creates the group mapping.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.GroupMappingCreate{Group: plan.Group.ValueString(), Role: client.MemberRole(plan.Role.ValueString())}
	created, _, err := r.Client.GroupMappingsAPI.CreateGroupMapping(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).GroupMappingCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The group mapping cannot be created", err)...)
		return
	}
	plan.model = read(created)
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
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, organization, listRequest(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.GroupMappingsAPI.GetGroupMapping(ctx, organization, id), id, (*client.GroupMapping).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update changes the role.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	body := client.GroupMappingUpdate{Role: client.MemberRole(plan.Role.ValueString())}
	updated, _, err := r.Client.GroupMappingsAPI.UpdateGroupMapping(ctx, plan.OrganizationID.ValueString(), plan.ID.ValueString()).GroupMappingUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The group mapping cannot be updated", err)...)
		return
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete deletes the group mapping, and with it the memberships that come from it alone.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.GroupMappingsAPI.DeleteGroupMapping(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

func read(mapping *client.GroupMapping) model {
	return model{
		ID:             types.StringValue(mapping.Id),
		OrganizationID: types.StringValue(mapping.OrganizationId),
		Group:          types.StringValue(mapping.Group),
		Role:           types.StringValue(string(mapping.Role)),
		CreatedAt:      object.Time(&mapping.CreatedAt),
	}
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
