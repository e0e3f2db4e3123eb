// Package llmmodel is the resource and the data source agyn_llm_model.
package llmmodel

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "model"

// Resource is agyn_llm_model.
type Resource struct {
	client *api.Client
}

type model struct {
	ID              types.String `tfsdk:"id"`
	OrganizationID  types.String `tfsdk:"organization_id"`
	ProviderID      types.String `tfsdk:"provider_id"`
	Name            types.String `tfsdk:"name"`
	RemoteModelName types.String `tfsdk:"remote_model_name"`
	Status          types.String `tfsdk:"status"`
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
	response.TypeName = request.ProviderTypeName + "_llm_model"
}

// Configure takes the client.
func (r *Resource) Configure(_ context.Context, request resource.ConfigureRequest, response *resource.ConfigureResponse) {
	r.client = object.Client(request.ProviderData, &response.Diagnostics)
}

// ImportState takes <organization_id>/<id>.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.ImportInOrganization(ctx, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "A name that agents call, which stands for a model of an LLM provider.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"provider_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The id of the LLM provider. Where that was deleted elsewhere, the plan points the model at the configured one again.",
			},
			"name": object.Name(),
			"remote_model_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The model's name at the provider, 1 to 256 characters.",
			},
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`ready`, or `orphaned` where the model has lost its LLM provider.",
				PlanModifiers:       []planmodifier.String{object.KeepUnlessChanged(path.Root("provider_id"))},
			},
		},
	}
}

// Create makes the model.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan model
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	body := client.ModelCreate{
		Name:            plan.Name.ValueString(),
		ProviderId:      plan.ProviderID.ValueString(),
		RemoteModelName: plan.RemoteModelName.ValueString(),
	}
	made, _, err := r.client.ModelsAPI.CreateModel(ctx, plan.OrganizationID.ValueString()).ModelCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The model cannot be created", err)...)
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
	found, answer, err := r.client.ModelsAPI.GetModel(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	switch {
	case api.IsNotFound(answer, err):
		object.WarnGone(kind, state.ID.ValueString(), &response.Diagnostics)
		response.State.RemoveResource(ctx)
	case err != nil:
		response.Diagnostics.Append(api.Diagnose("The model cannot be read", err)...)
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
	body := client.ModelUpdate{
		Name:            plan.Name.ValueString(),
		ProviderId:      plan.ProviderID.ValueString(),
		RemoteModelName: plan.RemoteModelName.ValueString(),
	}
	updated, _, err := r.client.ModelsAPI.UpdateModel(ctx, plan.OrganizationID.ValueString(), plan.ID.ValueString()).ModelUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The model cannot be updated", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, read(updated))...)
}

// Delete removes the model.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	answer, err := r.client.ModelsAPI.DeleteModel(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	if err != nil && !api.IsNotFound(answer, err) {
		response.Diagnostics.Append(api.Diagnose("The model cannot be deleted", err)...)
	}
}

func read(found *client.Model) *model {
	return &model{
		ID:              types.StringValue(found.Id),
		OrganizationID:  types.StringValue(found.OrganizationId),
		ProviderID:      types.StringPointerValue(found.ProviderId.Get()),
		Name:            types.StringValue(found.Name),
		RemoteModelName: types.StringValue(found.RemoteModelName),
		Status:          types.StringValue(string(found.Status)),
	}
}
