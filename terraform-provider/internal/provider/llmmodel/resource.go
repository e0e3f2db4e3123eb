// Package llmmodel implements the resource, the list resource and the data sources of models.
package llmmodel

import (
	"context"
	"maps"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int32validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "model"

// Resource is agyn_llm_model.
type Resource struct {
	object.InOrganization
}

// model holds the attributes that the server returns.
type model struct {
	ID                types.String `tfsdk:"id"`
	OrganizationID    types.String `tfsdk:"organization_id"`
	ProviderID        types.String `tfsdk:"provider_id"`
	Name              types.String `tfsdk:"name"`
	Alias             types.String `tfsdk:"alias"`
	RemoteModelName   types.String `tfsdk:"remote_model_name"`
	CodexCatalogEntry types.String `tfsdk:"codex_catalog_entry"`
	KeepAliveSeconds  types.Int32  `tfsdk:"keep_alive_seconds"`
	routing
	Status    types.String `tfsdk:"status"`
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
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
)

// NewResource creates the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_llm_model"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState imports by <organization_id>/<id>, <id> or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	lookup := func(ctx context.Context, organization, id string) (*http.Response, error) {
		_, httpResponse, err := r.Client.ModelsAPI.GetModel(ctx, organization, id).Execute()
		return httpResponse, err
	}
	r.Import(ctx, "id", lookup, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages a model: a name that agents call, and the LLM provider's model that it resolves to.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"provider_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The id of the LLM provider. If the LLM provider was deleted outside of Terraform, the next apply sets the configured one again.",
				Validators:          []validator.String{object.UUID()},
			},
			"name": object.Name(),
			"remote_model_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The model's name at the LLM provider, 1 to 256 characters.",
				Validators:          object.Text(256),
			},
			"alias": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "A second name that agents can call. Model lists show it to clients of the Messages API; Claude Code lists only names " +
					"that contain `claude` or `anthropic`.",
				Validators: object.Text(128),
			},
			"codex_catalog_entry": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "A JSON object whose members replace those of the model's entry in Codex' model catalogue: the output of `jsonencode`, " +
					"or an object from `codex debug models`.",
				Validators: []validator.String{stringvalidator.UTF8LengthBetween(2, 131072)},
			},
			"keep_alive_seconds": schema.Int32Attribute{
				Optional: true,
				MarkdownDescription: "How many seconds a stream of the LLM provider may be silent before the agent gets a keep-alive; 0 sends none. The " +
					"default is the server's setting.",
				Validators: []validator.Int32{int32validator.Between(0, 3600)},
			},
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`ready`, or `orphaned` if the LLM provider was deleted.",
				PlanModifiers:       []planmodifier.String{object.UseStateUnlessChanged(path.Root("provider_id"))},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
	maps.Copy(response.Schema.Attributes, routingAttributes())
}

// Create creates the model.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.ModelCreate{
		Name:              plan.Name.ValueString(),
		Alias:             *client.NewNullableString(plan.Alias.ValueStringPointer()),
		ProviderId:        plan.ProviderID.ValueString(),
		RemoteModelName:   plan.RemoteModelName.ValueString(),
		CodexCatalogEntry: *client.NewNullableString(plan.CodexCatalogEntry.ValueStringPointer()),
		KeepAliveSeconds:  *client.NewNullableInt32(plan.KeepAliveSeconds.ValueInt32Pointer()),
		Fallbacks:         plan.fallbackInputs(),
		Routing:           plan.kind(),
		Weight:            plan.Weight.ValueInt32Pointer(),
		RetryOnTimeout:    plan.RetryOnTimeout.ValueBoolPointer(),
	}
	created, _, err := r.Client.ModelsAPI.CreateModel(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).ModelCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The model cannot be created", err)...)
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
		r.Client.ModelsAPI.GetModel(ctx, organization, id), id, (*client.Model).GetId)
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
	body := client.ModelUpdate{
		Name:              plan.Name.ValueString(),
		Alias:             *client.NewNullableString(plan.Alias.ValueStringPointer()),
		ProviderId:        plan.ProviderID.ValueString(),
		RemoteModelName:   plan.RemoteModelName.ValueString(),
		CodexCatalogEntry: *client.NewNullableString(plan.CodexCatalogEntry.ValueStringPointer()),
		KeepAliveSeconds:  *client.NewNullableInt32(plan.KeepAliveSeconds.ValueInt32Pointer()),
		Fallbacks:         plan.fallbackInputs(),
		Routing:           plan.kind(),
		Weight:            plan.Weight.ValueInt32Pointer(),
		RetryOnTimeout:    plan.RetryOnTimeout.ValueBoolPointer(),
	}
	updated, _, err := r.Client.ModelsAPI.UpdateModel(ctx, plan.OrganizationID.ValueString(), plan.ID.ValueString()).ModelUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The model cannot be updated", err)...)
		return
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete removes the model.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.ModelsAPI.DeleteModel(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

func read(found *client.Model) model {
	return model{
		ID:                types.StringValue(found.Id),
		OrganizationID:    types.StringValue(found.OrganizationId),
		ProviderID:        types.StringPointerValue(found.ProviderId.Get()),
		Name:              types.StringValue(found.Name),
		Alias:             types.StringPointerValue(found.Alias.Get()),
		RemoteModelName:   types.StringValue(found.RemoteModelName),
		CodexCatalogEntry: types.StringPointerValue(found.CodexCatalogEntry.Get()),
		KeepAliveSeconds:  types.Int32PointerValue(found.KeepAliveSeconds.Get()),
		routing:           readRouting(found),
		Status:            types.StringValue(string(found.Status)),
		CreatedAt:         object.Time(&found.CreatedAt),
	}
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
