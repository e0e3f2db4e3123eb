// Package organization is the resource and the data source agyn_organization.
package organization

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
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
	client *api.Client
}

type model struct {
	ID   types.String `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
	Slug types.String `tfsdk:"slug"`
}

var (
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

// Configure takes the client.
func (r *Resource) Configure(_ context.Context, request resource.ConfigureRequest, response *resource.ConfigureResponse) {
	r.client = object.Client(request.ProviderData, &response.Diagnostics)
}

// ImportState takes the id.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	resource.ImportStatePassthroughID(ctx, path.Root("id"), request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "An organization, the tenant that secrets, LLM providers and models belong to.",
		Attributes: map[string]schema.Attribute{
			"id": object.ID(kind),
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The name, 1 to 128 characters.",
			},
			"slug": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "A DNS label, unique in the cluster. Without it, the server derives one from the name and keeps it.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

// Create makes the organization.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan model
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	body := client.OrganizationCreate{Name: plan.Name.ValueString(), Slug: object.Optional(plan.Slug)}
	made, _, err := r.client.OrganizationsAPI.CreateOrganization(ctx).OrganizationCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be created", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, read(made))...)
}

// Read takes over what the server has.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	found, answer, err := r.client.OrganizationsAPI.GetOrganization(ctx, state.ID.ValueString()).Execute()
	switch {
	case api.IsNotFound(answer, err):
		object.WarnGone(kind, state.ID.ValueString(), &response.Diagnostics)
		response.State.RemoveResource(ctx)
	case err != nil:
		response.Diagnostics.Append(api.Diagnose("The organization cannot be read", err)...)
	default:
		response.Diagnostics.Append(response.State.Set(ctx, read(found))...)
	}
}

// Update replaces what the server has.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan model
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	body := client.OrganizationUpdate{Name: plan.Name.ValueString(), Slug: object.Optional(plan.Slug)}
	updated, _, err := r.client.OrganizationsAPI.UpdateOrganization(ctx, plan.ID.ValueString()).OrganizationUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be updated", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, read(updated))...)
}

// Delete removes the organization, which must be empty.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	answer, err := r.client.OrganizationsAPI.DeleteOrganization(ctx, state.ID.ValueString()).Execute()
	if err != nil && !api.IsNotFound(answer, err) {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be deleted", err)...)
	}
}

func read(organization *client.Organization) *model {
	return &model{
		ID:   types.StringValue(organization.Id),
		Name: types.StringValue(organization.Name),
		Slug: types.StringValue(organization.Slug),
	}
}
