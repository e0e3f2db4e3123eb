// Package organization is what the provider offers of organizations: the resource agyn_organization and its list resource,
// and the data sources agyn_organization and agyn_organizations.
package organization

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "organization"

// Resource is agyn_organization.
type Resource struct {
	object.Resource
}

// model is what the server answers.
type model struct {
	ID        types.String `tfsdk:"id"`
	Name      types.String `tfsdk:"name"`
	Slug      types.String `tfsdk:"slug"`
	CreatedAt types.String `tfsdk:"created_at"`
}

// resourceModel has besides what only the configuration knows.
type resourceModel struct {
	model
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

var (
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// NewResource makes the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_organization"
}

// IdentitySchema describes what tells an organization from all others.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchema(kind)
}

// ImportState takes the id, or the identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.Import(ctx, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "An organization, the tenant that secrets, LLM providers and models belong to.",
		Attributes: map[string]schema.Attribute{
			"id": object.ID(kind),
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The name, 1 to 128 characters.",
				Validators:          object.Text(128),
			},
			"slug": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "A DNS label, unique in the cluster. Without it, the server derives one from the name and keeps it.",
				Validators:          object.Slug(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create makes the organization.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.OrganizationCreate{Name: plan.Name.ValueString(), Slug: object.Optional(plan.Slug)}
	made, _, err := r.Client.OrganizationsAPI.CreateOrganization(ctx).
		IdempotencyKey(api.NewIdempotencyKey()).OrganizationCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be created", err)...)
		return
	}
	plan.model = read(made)
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
	id := state.ID.ValueString()
	found, answer, err := api.Read(ctx, r.Client, "", filtered(ctx, r.Client, nil), r.Client.OrganizationsAPI.GetOrganization(ctx, id), id, (*client.Organization).GetId)
	if !r.IsThere(ctx, state.thing(), answer, err, response) {
		return
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces what the server has.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	body := client.OrganizationUpdate{Name: plan.Name.ValueString(), Slug: object.Optional(plan.Slug)}
	updated, _, err := r.Client.OrganizationsAPI.UpdateOrganization(ctx, plan.ID.ValueString()).OrganizationUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be updated", err)...)
		return
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete removes the organization, which must be empty.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	answer, err := r.Client.OrganizationsAPI.DeleteOrganization(ctx, state.ID.ValueString()).Execute()
	r.Deleted(ctx, state.thing(), answer, err, &response.Diagnostics)
}

func read(organization *client.Organization) model {
	return model{
		ID:        types.StringValue(organization.Id),
		Name:      types.StringValue(organization.Name),
		Slug:      types.StringValue(organization.Slug),
		CreatedAt: object.Time(&organization.CreatedAt),
	}
}

func (m model) identity() object.Identity {
	return object.Identity{ID: m.ID}
}

func (m model) thing() object.Thing {
	return object.Thing{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.ID.ValueString(), Identity: m.identity()}
}
