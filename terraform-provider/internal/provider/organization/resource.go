// Package organization implements the resource, the list resource and the data sources of organizations.
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

// model holds the attributes that the server returns.
type model struct {
	ID        types.String `tfsdk:"id"`
	Name      types.String `tfsdk:"name"`
	Slug      types.String `tfsdk:"slug"`
	CreatedAt types.String `tfsdk:"created_at"`
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
)

// NewResource creates the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_organization"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchema(kind)
}

// ImportState imports by id or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.Import(ctx, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages an organization, the tenant of secrets, LLM providers and models.",
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
				MarkdownDescription: "A DNS label, unique in the cluster. The default is derived from the name once.",
				Validators:          object.Slug(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create creates the organization.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.OrganizationCreate{Name: plan.Name.ValueString(), Slug: object.Optional(plan.Slug)}
	created, _, err := r.Client.OrganizationsAPI.CreateOrganization(ctx).
		IdempotencyKey(api.NewIdempotencyKey()).OrganizationCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be created", err)...)
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
	id := state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, "", listRequest(ctx, r.Client, nil), r.Client.OrganizationsAPI.GetOrganization(ctx, id), id, (*client.Organization).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces the object.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	body := client.OrganizationUpdate{Name: plan.Name.ValueString(), Slug: object.Optional(plan.Slug)}
	// The default model is not part of this resource, and stays.
	keepDefault := func(current *client.Organization) bool {
		body.DefaultModelId = current.DefaultModelId
		return true
	}
	updated, err := api.UpdateIfUnchanged(r.Client.OrganizationsAPI.GetOrganization(ctx, plan.ID.ValueString()), keepDefault,
		func(entityTag string) api.Request[client.Organization] {
			return r.Client.OrganizationsAPI.UpdateOrganization(ctx, plan.ID.ValueString()).OrganizationUpdate(body).IfMatch(entityTag)
		})
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be updated", err)...)
		return
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete deletes the organization, which must be empty.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.OrganizationsAPI.DeleteOrganization(ctx, state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
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

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.ID.ValueString(), Identity: m.identity()}
}
