// Package llmprovider implements the resource, the list resource and the data sources of LLM providers.
package llmprovider

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/credential"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "LLM provider"

// Resource is agyn_llm_provider.
type Resource struct {
	object.InOrganization
}

// model holds the attributes that the server returns and that do not depend on the models and the credentials.
type model struct {
	ID                     types.String `tfsdk:"id"`
	OrganizationID         types.String `tfsdk:"organization_id"`
	Name                   types.String `tfsdk:"name"`
	Endpoint               types.String `tfsdk:"endpoint"`
	Protocol               types.String `tfsdk:"protocol"`
	AuthMethod             types.String `tfsdk:"auth_method"`
	WebSocket              types.String `tfsdk:"websocket"`
	TokenSecretID          types.String `tfsdk:"token_secret_id"`
	CredentialsFingerprint types.String `tfsdk:"credentials_fingerprint"`
	CreatedAt              types.String `tfsdk:"created_at"`
}

// resourceModel adds the attributes that only the configuration holds.
type resourceModel struct {
	model
	Token                  types.String   `tfsdk:"token"`
	TokenWO                types.String   `tfsdk:"token_wo"`
	TokenWOVersion         types.Int64    `tfsdk:"token_wo_version"`
	CustomHeaders          types.Map      `tfsdk:"custom_headers"`
	CustomHeadersWO        types.Map      `tfsdk:"custom_headers_wo"`
	CustomHeadersWOVersion types.Int64    `tfsdk:"custom_headers_wo_version"`
	Timeouts               timeouts.Value `tfsdk:"timeouts"`
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// NewResource creates the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_llm_provider"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState imports by <organization_id>/<id>, <id> or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	lookup := func(ctx context.Context, organization, id string) (*http.Response, error) {
		_, httpResponse, err := r.Client.LlmProvidersAPI.GetLlmProvider(ctx, organization, id).Execute()
		return httpResponse, err
	}
	r.Import(ctx, "id", lookup, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages an LLM provider: the endpoint of an upstream API, its protocol and its credentials.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"name":            object.Name(),
			"endpoint": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The base URL of the API, such as `https://api.openai.com/v1`.",
				Validators:          object.Endpoint(),
			},
			"protocol": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`responses` (OpenAI Responses API) or `anthropic_messages` (Anthropic Messages API).",
				Validators:          []validator.String{object.OneOf(client.AllowedProtocolEnumValues)},
			},
			"auth_method": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "How the credentials are sent: `bearer` (`Authorization: Bearer <token>`), `x_api_key` (`x-api-key: <token>`) " +
					"or `custom_headers`.",
				Validators: []validator.String{object.OneOf(client.AllowedAuthMethodEnumValues)},
			},
			"websocket": schema.StringAttribute{
				Optional: true,
				Computed: true,
				Default:  stringdefault.StaticString(string(client.WEBSOCKETMODE_AUTO)),
				MarkdownDescription: "Whether agents can use WebSockets, with `responses`: `auto` (default), if the API accepts them, or `off`. Agents " +
					"use HTTP otherwise.",
				Validators: []validator.String{object.OneOf(client.AllowedWebSocketModeEnumValues)},
			},
			"token_secret_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the secret that holds the token, for `bearer` and `x_api_key`.",
				Validators:          []validator.String{object.UUID()},
			},
			"token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "The token, for `bearer` and `x_api_key`, instead of `token_secret_id`. It is in the state; `token_wo` is not. The first " +
					"apply after an import sets it.",
				Validators: object.Token(),
			},
			"token_wo": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				WriteOnly: true,
				MarkdownDescription: "The token as a write-only value, which is neither in the state nor in plans. Without `token_wo_version`, changes are " +
					"detected with a salted scrypt hash in the private state. The first apply after an import sets it.",
				Validators: object.Token(),
			},
			"token_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "The version of `token_wo`. If set, `token_wo` is sent only when this number changes, and no hash is stored.",
				Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("token_wo"))},
			},
			"custom_headers": schema.MapAttribute{
				ElementType: types.StringType,
				Optional:    true,
				Sensitive:   true,
				MarkdownDescription: "The names and values of the headers, for `custom_headers`. The proxy sets `Host`, `Content-Length`, `Connection` and " +
					"`Transfer-Encoding`. Headers that are null are not sent. The headers are in the state; `custom_headers_wo` is not. The first " +
					"apply after an import sets them.",
			},
			"custom_headers_wo": schema.MapAttribute{
				ElementType: types.StringType,
				Optional:    true,
				Sensitive:   true,
				WriteOnly:   true,
				MarkdownDescription: "The headers as a write-only value, which is neither in the state nor in plans. Without `custom_headers_wo_version`, " +
					"changes are detected with a salted scrypt hash in the private state. The first apply after an import sets them.",
			},
			"custom_headers_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "The version of `custom_headers_wo`. If set, `custom_headers_wo` is sent only when this number changes, and no hash is stored.",
				Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("custom_headers_wo"))},
			},
			"credentials_fingerprint": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "A keyed hash of the credentials. It changes with them.",
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// ValidateConfig rejects credentials that do not fit the auth method, and headers that cannot be sent.
func (r *Resource) ValidateConfig(ctx context.Context, request resource.ValidateConfigRequest, response *resource.ValidateConfigResponse) {
	var config resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !response.Diagnostics.HasError() {
		checkCredentials(config, &response.Diagnostics)
		checkHeaders("custom_headers", config.CustomHeaders, &response.Diagnostics)
		checkHeaders("custom_headers_wo", config.CustomHeadersWO, &response.Diagnostics)
	}
}

// ModifyPlan plans an unknown fingerprint if the credentials must be sent, otherwise the prior one.
func (r *Resource) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, response *resource.ModifyPlanResponse) {
	r.InOrganization.ModifyPlan(ctx, request, response)
	if request.State.Raw.IsNull() || request.Plan.Raw.IsNull() {
		return
	}
	var config, state, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() {
		return
	}
	fingerprint := state.CredentialsFingerprint
	if !plan.AuthMethod.Equal(state.AuthMethod) || !plan.TokenSecretID.Equal(state.TokenSecretID) ||
		credential.Changed(ctx, request.Private, forms(config, plan, state), fingerprint, &response.Diagnostics) {
		fingerprint = types.StringUnknown()
	}
	response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("credentials_fingerprint"), fingerprint)...)
}

// Create creates the LLM provider.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var config, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.LlmProviderCreate{
		Name:          plan.Name.ValueString(),
		Endpoint:      plan.Endpoint.ValueString(),
		Protocol:      client.Protocol(plan.Protocol.ValueString()),
		AuthMethod:    client.AuthMethod(plan.AuthMethod.ValueString()),
		Websocket:     client.WebSocketMode(plan.WebSocket.ValueString()).Ptr(),
		TokenSecretId: object.Optional(plan.TokenSecretID),
		Token:         object.Optional(credential.Coalesce(plan.Token, config.TokenWO)),
		CustomHeaders: headers(ctx, credential.Coalesce(plan.CustomHeaders, config.CustomHeadersWO), &response.Diagnostics),
	}
	if response.Diagnostics.HasError() {
		return
	}
	created, _, err := r.Client.LlmProvidersAPI.CreateLlmProvider(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).LlmProviderCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(diagnose("The LLM provider cannot be created", err, config)...)
		return
	}
	credential.RecordWrite(ctx, response.Private, forms(config, plan, plan), true, created.CredentialsFingerprint, &response.Diagnostics)
	plan.model = read(created)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read refreshes the state. Token and headers stay in the state unless the fingerprint shows that the server has others: then
// they become null, so that the plan restores the configured ones.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, organization, listRequest(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.LlmProvidersAPI.GetLlmProvider(ctx, organization, id), id, (*client.LlmProvider).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	known := forms(state, state, state).Plain
	if credential.ChangedElsewhere(ctx, response.Private, kind+" "+found.Name, known, state.CredentialsFingerprint, found.CredentialsFingerprint, &response.Diagnostics) {
		state.Token, state.CustomHeaders = types.StringNull(), types.MapNull(types.StringType)
	}
	// The plan also restores credentials that the server has lost.
	if !found.HasToken {
		state.Token = types.StringNull()
	}
	if len(found.CustomHeaderNames) == 0 {
		state.CustomHeaders = types.MapNull(types.StringType)
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces the LLM provider.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var config, state, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	// The plan decides: unlike the configuration, it respects ignore_changes.
	changed := plan.CredentialsFingerprint.IsUnknown() &&
		credential.Changed(ctx, request.Private, forms(config, plan, state), state.CredentialsFingerprint, &response.Diagnostics)
	body := client.LlmProviderUpdate{
		Name:          plan.Name.ValueString(),
		Endpoint:      plan.Endpoint.ValueString(),
		Protocol:      client.Protocol(plan.Protocol.ValueString()),
		AuthMethod:    client.AuthMethod(plan.AuthMethod.ValueString()),
		Websocket:     client.WebSocketMode(plan.WebSocket.ValueString()).Ptr(),
		TokenSecretId: object.Optional(plan.TokenSecretID),
		Token:         object.Optional(plan.Token),
		CustomHeaders: headers(ctx, plan.CustomHeaders, &response.Diagnostics),
	}
	if changed {
		body.Token = object.Optional(credential.Coalesce(plan.Token, config.TokenWO))
		body.CustomHeaders = headers(ctx, credential.Coalesce(plan.CustomHeaders, config.CustomHeadersWO), &response.Diagnostics)
	}
	if response.Diagnostics.HasError() {
		return
	}
	updated, err := r.update(ctx, plan, state, body)
	if err != nil {
		response.Diagnostics.Append(diagnose("The LLM provider cannot be updated", err, config)...)
		return
	}
	if plan.TokenSecretID.IsNull() {
		credential.RecordWrite(ctx, response.Private, forms(config, plan, state), changed, updated.CredentialsFingerprint, &response.Diagnostics)
	} else {
		credential.Forget(ctx, response.Private, &response.Diagnostics)
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// update replaces the LLM provider, but not if its fingerprint must stay the planned one and has changed.
func (r *Resource) update(ctx context.Context, plan, state resourceModel, body client.LlmProviderUpdate) (*client.LlmProvider, error) {
	organization, id := plan.OrganizationID.ValueString(), plan.ID.ValueString()
	replace := r.Client.LlmProvidersAPI.UpdateLlmProvider(ctx, organization, id).LlmProviderUpdate(body)
	if plan.CredentialsFingerprint.IsUnknown() {
		updated, _, err := replace.Execute()
		return updated, err
	}
	return api.UpdateIfUnchanged(r.Client.LlmProvidersAPI.GetLlmProvider(ctx, organization, id),
		func(now *client.LlmProvider) bool {
			return now.CredentialsFingerprint == state.CredentialsFingerprint.ValueString()
		},
		func(entityTag string) api.Request[client.LlmProvider] { return replace.IfMatch(entityTag) })
}

// Delete deletes the LLM provider. Its remaining models become orphaned.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.LlmProvidersAPI.DeleteLlmProvider(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

func read(provider *client.LlmProvider) model {
	return model{
		ID:                     types.StringValue(provider.Id),
		OrganizationID:         types.StringValue(provider.OrganizationId),
		Name:                   types.StringValue(provider.Name),
		Endpoint:               types.StringValue(provider.Endpoint),
		Protocol:               types.StringValue(string(provider.Protocol)),
		AuthMethod:             types.StringValue(string(provider.AuthMethod)),
		WebSocket:              types.StringValue(string(provider.Websocket)),
		TokenSecretID:          types.StringPointerValue(provider.TokenSecretId.Get()),
		CredentialsFingerprint: types.StringValue(provider.CredentialsFingerprint),
		CreatedAt:              object.Time(&provider.CreatedAt),
	}
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

// forms returns the forms of the credential for the planned auth method. The write-only form is in the configuration only.
func forms(config, plan, state resourceModel) credential.Forms {
	if plan.AuthMethod.ValueString() == string(client.AUTHMETHOD_CUSTOM_HEADERS) {
		return credential.Forms{
			Plain: plan.CustomHeaders, PriorPlain: state.CustomHeaders,
			WriteOnly: config.CustomHeadersWO, Version: plan.CustomHeadersWOVersion, PriorVersion: state.CustomHeadersWOVersion,
		}
	}
	return credential.Forms{
		Plain: plan.Token, PriorPlain: state.Token,
		WriteOnly: config.TokenWO, Version: plan.TokenWOVersion, PriorVersion: state.TokenWOVersion,
	}
}

// headers returns the headers to send, without null values, so that a header can depend on a condition.
func headers(ctx context.Context, value types.Map, diagnostics *diag.Diagnostics) *map[string]string {
	if value.IsNull() {
		return nil
	}
	var given map[string]*string
	diagnostics.Append(value.ElementsAs(ctx, &given, false)...)
	sent := map[string]string{}
	for name, value := range given {
		if value != nil {
			sent[name] = *value
		}
	}
	return &sent
}

// diagnose shows violations of a credential on its configured form.
func diagnose(summary string, err error, config resourceModel) diag.Diagnostics {
	switch {
	case !config.TokenWO.IsNull():
		return api.Diagnose(summary, err, "token", "token_wo")
	case !config.CustomHeadersWO.IsNull():
		return api.Diagnose(summary, err, "custom_headers", "custom_headers_wo")
	default:
		return api.Diagnose(summary, err)
	}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
