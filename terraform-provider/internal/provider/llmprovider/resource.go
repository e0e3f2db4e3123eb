// Package llmprovider is the resource and the data source agyn_llm_provider.
package llmprovider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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

const kind = "LLM provider"

// Resource is agyn_llm_provider.
type Resource struct {
	client *api.Client
}

type model struct {
	ID                     types.String `tfsdk:"id"`
	OrganizationID         types.String `tfsdk:"organization_id"`
	Name                   types.String `tfsdk:"name"`
	Endpoint               types.String `tfsdk:"endpoint"`
	Protocol               types.String `tfsdk:"protocol"`
	AuthMethod             types.String `tfsdk:"auth_method"`
	TokenSecretID          types.String `tfsdk:"token_secret_id"`
	Token                  types.String `tfsdk:"token"`
	CustomHeaders          types.Map    `tfsdk:"custom_headers"`
	CredentialsFingerprint types.String `tfsdk:"credentials_fingerprint"`
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// NewResource makes the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_llm_provider"
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
		MarkdownDescription: "An upstream API that speaks one of the supported protocols, with what is needed to call it.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"name":            object.Name(),
			"endpoint": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The base URL of the API, such as `https://api.openai.com/v1`.",
			},
			"protocol": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`responses` (OpenAI Responses API) or `anthropic_messages` (Anthropic Messages API).",
				Validators:          []validator.String{stringvalidator.OneOf(names(client.AllowedProtocolEnumValues)...)},
			},
			"auth_method": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "How the credentials are sent: `bearer` (`Authorization: Bearer <token>`), `x_api_key` (`x-api-key: <token>`) " +
					"or `custom_headers`.",
				Validators: []validator.String{stringvalidator.OneOf(names(client.AllowedAuthMethodEnumValues)...)},
			},
			"token_secret_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the secret that holds the token, for `bearer` and `x_api_key`.",
			},
			"token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "The token itself, for `bearer` and `x_api_key`, instead of token_secret_id. After an import it is set once " +
					"by the first apply.",
			},
			"custom_headers": schema.MapAttribute{
				ElementType: types.StringType,
				Optional:    true,
				Sensitive:   true,
				MarkdownDescription: "Header names and values, for `custom_headers`. `Host`, `Content-Length`, `Connection` and " +
					"`Transfer-Encoding` are managed by the proxy. After an import they are set once by the first apply.",
			},
			"credentials_fingerprint": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "A keyed hash of the credentials: another one means others.",
				PlanModifiers: []planmodifier.String{object.KeepUnlessChanged(
					path.Root("auth_method"), path.Root("token_secret_id"), path.Root("token"), path.Root("custom_headers"))},
			},
		},
	}
}

// ValidateConfig refuses, already in the plan, credentials that do not go with the auth method, and headers that cannot
// be sent.
func (r *Resource) ValidateConfig(ctx context.Context, request resource.ValidateConfigRequest, response *resource.ValidateConfigResponse) {
	var config model
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !response.Diagnostics.HasError() {
		checkCredentials(config, &response.Diagnostics)
		checkHeaders(config.CustomHeaders, &response.Diagnostics)
	}
}

// Create registers the LLM provider.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan model
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	body := client.LlmProviderCreate{
		Name:          plan.Name.ValueString(),
		Endpoint:      plan.Endpoint.ValueString(),
		Protocol:      client.Protocol(plan.Protocol.ValueString()),
		AuthMethod:    client.AuthMethod(plan.AuthMethod.ValueString()),
		TokenSecretId: object.Optional(plan.TokenSecretID),
		Token:         object.Optional(plan.Token),
		CustomHeaders: headers(ctx, plan.CustomHeaders, &response.Diagnostics),
	}
	made, _, err := r.client.LlmProvidersAPI.CreateLlmProvider(ctx, plan.OrganizationID.ValueString()).LlmProviderCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be created", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, read(made, plan))...)
}

// Read takes over what the server has. Token and headers stay as they are in the state, unless the fingerprint tells that
// the server has others: then they are null, so that the plan puts the configured ones back.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	found, answer, err := r.client.LlmProvidersAPI.GetLlmProvider(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	switch {
	case api.IsNotFound(answer, err):
		object.WarnGone(kind, state.ID.ValueString(), &response.Diagnostics)
		response.State.RemoveResource(ctx)
	case err != nil:
		response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be read", err)...)
	default:
		known := state
		if found.CredentialsFingerprint != state.CredentialsFingerprint.ValueString() {
			known.Token, known.CustomHeaders = types.StringNull(), types.MapNull(types.StringType)
		}
		response.Diagnostics.Append(response.State.Set(ctx, read(found, known))...)
	}
}

// Update replaces what the server has.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan model
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	body := client.LlmProviderUpdate{
		Name:          plan.Name.ValueString(),
		Endpoint:      plan.Endpoint.ValueString(),
		Protocol:      client.Protocol(plan.Protocol.ValueString()),
		AuthMethod:    client.AuthMethod(plan.AuthMethod.ValueString()),
		TokenSecretId: object.Optional(plan.TokenSecretID),
		Token:         object.Optional(plan.Token),
		CustomHeaders: headers(ctx, plan.CustomHeaders, &response.Diagnostics),
	}
	updated, _, err := r.client.LlmProvidersAPI.UpdateLlmProvider(ctx, plan.OrganizationID.ValueString(), plan.ID.ValueString()).LlmProviderUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be updated", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, read(updated, plan))...)
}

// Delete removes the LLM provider; models that still point at it become orphaned.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state model
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if response.Diagnostics.HasError() || !object.RequireClient(r.client, &response.Diagnostics) {
		return
	}
	answer, err := r.client.LlmProvidersAPI.DeleteLlmProvider(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	if err != nil && !api.IsNotFound(answer, err) {
		response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be deleted", err)...)
	}
}

// read maps what the server answers; token and headers are those that are known here, since the server does not answer
// them. Known ones that it no longer has are dropped, so that the plan shows them.
func read(provider *client.LlmProvider, known model) *model {
	result := &model{
		ID:                     types.StringValue(provider.Id),
		OrganizationID:         types.StringValue(provider.OrganizationId),
		Name:                   types.StringValue(provider.Name),
		Endpoint:               types.StringValue(provider.Endpoint),
		Protocol:               types.StringValue(string(provider.Protocol)),
		AuthMethod:             types.StringValue(string(provider.AuthMethod)),
		TokenSecretID:          types.StringPointerValue(provider.TokenSecretId.Get()),
		Token:                  known.Token,
		CustomHeaders:          known.CustomHeaders,
		CredentialsFingerprint: types.StringValue(provider.CredentialsFingerprint),
	}
	if !provider.HasToken {
		result.Token = types.StringNull()
	}
	if len(provider.CustomHeaderNames) == 0 {
		result.CustomHeaders = types.MapNull(types.StringType)
	}
	return result
}

func headers(ctx context.Context, value types.Map, diagnostics *diag.Diagnostics) *map[string]string {
	if value.IsNull() {
		return nil
	}
	var headers map[string]string
	diagnostics.Append(value.ElementsAs(ctx, &headers, false)...)
	return &headers
}

func names[E ~string](values []E) []string {
	names := make([]string, 0, len(values))
	for _, value := range values {
		names = append(names, string(value))
	}
	return names
}
