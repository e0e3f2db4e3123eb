// Package secret is the resource and the data source agyn_secret.
package secret

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

const kind = "secret"

// Resource is agyn_secret.
type Resource struct {
	client *api.Client
}

type model struct {
	ID             types.String `tfsdk:"id"`
	OrganizationID types.String `tfsdk:"organization_id"`
	Name           types.String `tfsdk:"name"`
	Description    types.String `tfsdk:"description"`
	Value          types.String `tfsdk:"value"`
	Version        types.Int64  `tfsdk:"version"`
	Fingerprint    types.String `tfsdk:"fingerprint"`
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
	response.TypeName = request.ProviderTypeName + "_secret"
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
	value := object.KeepUnlessChanged(path.Root("value"))
	response.Schema = schema.Schema{
		MarkdownDescription: "A credential, which the server keeps encrypted. It is written and never read back.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"name":            object.Name(),
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What the secret is for, at most 1,024 characters.",
			},
			"value": schema.StringAttribute{
				Required:            true,
				Sensitive:           true,
				MarkdownDescription: "The value, at most 64 KiB. After an import it is set once by the first apply.",
			},
			"version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "1 at first; it rises with each new value.",
				PlanModifiers:       []planmodifier.Int64{value},
			},
			"fingerprint": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "A keyed hash of the value: another one means another value.",
				PlanModifiers:       []planmodifier.String{value},
			},
		},
	}
}

// Create stores the secret.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan model
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	body := client.SecretCreate{Name: plan.Name.ValueString(), Value: plan.Value.ValueString()}
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	made, _, err := r.client.SecretsAPI.CreateSecret(ctx, plan.OrganizationID.ValueString()).SecretCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The secret cannot be created", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, read(made, plan.Value))...)
}

// Read takes over what the server has. The value stays as it is in the state, unless the fingerprint tells that the server
// has another one: then it is null, so that the plan puts the configured one back.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	found, answer, err := r.client.SecretsAPI.GetSecret(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	switch {
	case api.IsNotFound(answer, err):
		object.WarnGone(kind, state.ID.ValueString(), &response.Diagnostics)
		response.State.RemoveResource(ctx)
	case err != nil:
		response.Diagnostics.Append(api.Diagnose("The secret cannot be read", err)...)
	default:
		known := state.Value
		if found.Fingerprint != state.Fingerprint.ValueString() {
			known = types.StringNull()
		}
		response.Diagnostics.Append(response.State.Set(ctx, read(found, known))...)
	}
}

// Update replaces what the server has. A value that is the same leaves the version alone.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan model
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	body := client.SecretUpdate{Name: plan.Name.ValueString(), Value: object.Optional(plan.Value)}
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	updated, _, err := r.client.SecretsAPI.UpdateSecret(ctx, plan.OrganizationID.ValueString(), plan.ID.ValueString()).SecretUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The secret cannot be updated", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, read(updated, plan.Value))...)
}

// Delete removes the secret, which must not be in use.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	answer, err := r.client.SecretsAPI.DeleteSecret(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	if err != nil && !api.IsNotFound(answer, err) {
		response.Diagnostics.Append(api.Diagnose("The secret cannot be deleted", err)...)
	}
}

// read maps what the server answers; the value is the one that is known here, since the server does not answer it.
func read(secret *client.Secret, value types.String) *model {
	return &model{
		ID:             types.StringValue(secret.Id),
		OrganizationID: types.StringValue(secret.OrganizationId),
		Name:           types.StringValue(secret.Name),
		Description:    types.StringPointerValue(secret.Description.Get()),
		Value:          value,
		Version:        types.Int64Value(secret.Version),
		Fingerprint:    types.StringValue(secret.Fingerprint),
	}
}
