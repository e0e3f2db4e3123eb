// Package secretprovider implements the resource, the list resource and the data sources of secret providers.
package secretprovider

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/credential"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "secret provider"

// Resource is agyn_secret_provider.
type Resource struct {
	object.InOrganization
}

// model holds the attributes that the server returns, except config.
type model struct {
	ID                     types.String `tfsdk:"id"`
	OrganizationID         types.String `tfsdk:"organization_id"`
	Name                   types.String `tfsdk:"name"`
	Description            types.String `tfsdk:"description"`
	Type                   types.String `tfsdk:"type"`
	CredentialsFingerprint types.String `tfsdk:"credentials_fingerprint"`
	CreatedAt              types.String `tfsdk:"created_at"`
}

// resourceModel adds config with the credentials, and the attributes that only the configuration holds.
type resourceModel struct {
	model
	// Config is a vaultConfig. A module may pass an unknown object.
	Config   types.Object   `tfsdk:"config"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
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
	response.TypeName = request.ProviderTypeName + "_secret_provider"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState imports by <organization_id>/<id>, <id> or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	lookup := func(ctx context.Context, organization, id string) (*http.Response, error) {
		_, httpResponse, err := r.Client.SecretProvidersAPI.GetSecretProvider(ctx, organization, id).Execute()
		return httpResponse, err
	}
	r.Import(ctx, "id", lookup, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages a secret provider: a server of HashiCorp Vault or OpenBao, from which the Agyn server reads the values of remote " +
			"secrets. The server does not delete a secret provider in use, and Terraform deletes before it updates. Set `create_before_destroy` in " +
			"`lifecycle`, so that one apply can remove a secret provider and change the storage of its secrets.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"name":            object.Name(),
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The purpose of the secret provider, at most 1,024 characters.",
				Validators:          object.Description(),
			},
			"type": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`vault`, the API of HashiCorp Vault and OpenBao.",
				Validators:          []validator.String{object.OneOf(client.AllowedSecretProviderTypeEnumValues)},
			},
			"config": configAttribute(),
			"credentials_fingerprint": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "A keyed hash of the token or the secret id. It changes with them.",
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// ValidateConfig requires the credential of exactly one auth method.
func (r *Resource) ValidateConfig(ctx context.Context, request resource.ValidateConfigRequest, response *resource.ValidateConfigResponse) {
	var config resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !response.Diagnostics.HasError() && object.IsSet(config.Config) {
		readConfig(ctx, config.Config, &response.Diagnostics).check(&response.Diagnostics)
	}
}

// ModifyPlan plans an unknown fingerprint if the credential must be sent, otherwise the prior one.
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
	if plan.Config.IsUnknown() || credentialChanged(ctx, request.Private, config, plan, state, &response.Diagnostics) {
		fingerprint = types.StringUnknown()
	}
	response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("credentials_fingerprint"), fingerprint)...)
}

// credentialChanged reports whether an update must send the credential.
func credentialChanged(ctx context.Context, private credential.Private, config, plan, state resourceModel, diagnostics *diag.Diagnostics) bool {
	given, planned, prior := readConfig(ctx, config.Config, diagnostics), readConfig(ctx, plan.Config, diagnostics), readConfig(ctx, state.Config, diagnostics)
	return planned.usesAppRole() != prior.usesAppRole() ||
		credential.Changed(ctx, private, forms(given, planned, prior), state.CredentialsFingerprint, diagnostics)
}

// Create creates the secret provider.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var config, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	given, planned := readConfig(ctx, config.Config, &response.Diagnostics), readConfig(ctx, plan.Config, &response.Diagnostics)
	body := client.SecretProviderCreate{
		Name:   plan.Name.ValueString(),
		Type:   client.SecretProviderType(plan.Type.ValueString()),
		Config: planned.input(),
	}
	body.Config.Token = object.Optional(credential.Coalesce(planned.Token, given.TokenWO))
	body.Config.SecretId = object.Optional(credential.Coalesce(planned.SecretID, given.SecretIDWO))
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	if response.Diagnostics.HasError() {
		return
	}
	created, _, err := r.Client.SecretProvidersAPI.CreateSecretProvider(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).SecretProviderCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(diagnose("The secret provider cannot be created", err, given)...)
		return
	}
	credential.RecordWrite(ctx, response.Private, forms(given, planned, vaultConfig{}), true, created.CredentialsFingerprint, &response.Diagnostics)
	plan.model, plan.Config = read(created), planned.with(created.Config).value(ctx, &response.Diagnostics)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read refreshes the state. The credential stays in the state unless the fingerprint shows that the server has another one: then
// it becomes null, so that the plan restores the configured one.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, organization, listRequest(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.SecretProvidersAPI.GetSecretProvider(ctx, organization, id), id, (*client.SecretProvider).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	config := readConfig(ctx, state.Config, &response.Diagnostics)
	known := forms(config, config, config).Plain
	if credential.ChangedElsewhere(ctx, response.Private, kind+" "+found.Name, known, state.CredentialsFingerprint, found.CredentialsFingerprint, &response.Diagnostics) {
		config.Token, config.SecretID = types.StringNull(), types.StringNull()
	}
	state.model, state.Config = read(found), config.with(found.Config).value(ctx, &response.Diagnostics)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces the secret provider.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var config, state, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	given, planned := readConfig(ctx, config.Config, &response.Diagnostics), readConfig(ctx, plan.Config, &response.Diagnostics)
	body := client.SecretProviderUpdate{
		Name:   plan.Name.ValueString(),
		Type:   client.SecretProviderType(plan.Type.ValueString()),
		Config: planned.input(),
	}
	// The plan decides: unlike the configuration, it respects ignore_changes.
	changed := plan.CredentialsFingerprint.IsUnknown() && credentialChanged(ctx, request.Private, config, plan, state, &response.Diagnostics)
	if changed {
		body.Config.Token = object.Optional(credential.Coalesce(planned.Token, given.TokenWO))
		body.Config.SecretId = object.Optional(credential.Coalesce(planned.SecretID, given.SecretIDWO))
	}
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	if response.Diagnostics.HasError() {
		return
	}
	updated, err := r.update(ctx, plan, state, body)
	if err != nil {
		response.Diagnostics.Append(diagnose("The secret provider cannot be updated", err, given)...)
		return
	}
	credential.RecordWrite(ctx, response.Private, forms(given, planned, planned), changed, updated.CredentialsFingerprint, &response.Diagnostics)
	plan.model, plan.Config = read(updated), planned.with(updated.Config).value(ctx, &response.Diagnostics)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// update replaces the secret provider, but not if its fingerprint must stay the planned one and has changed.
func (r *Resource) update(ctx context.Context, plan, state resourceModel, body client.SecretProviderUpdate) (*client.SecretProvider, error) {
	organization, id := plan.OrganizationID.ValueString(), plan.ID.ValueString()
	replace := r.Client.SecretProvidersAPI.UpdateSecretProvider(ctx, organization, id).SecretProviderUpdate(body)
	if plan.CredentialsFingerprint.IsUnknown() {
		updated, _, err := replace.Execute()
		return updated, err
	}
	return api.UpdateIfUnchanged(r.Client.SecretProvidersAPI.GetSecretProvider(ctx, organization, id),
		func(now *client.SecretProvider) bool {
			return now.CredentialsFingerprint == state.CredentialsFingerprint.ValueString()
		},
		func(entityTag string) api.Request[client.SecretProvider] { return replace.IfMatch(entityTag) })
}

// Delete deletes the secret provider, which must not be in use.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.SecretProvidersAPI.DeleteSecretProvider(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
	if api.IsSecretProviderInUse(err) {
		response.Diagnostics.AddWarning("Terraform deletes before it updates",
			"If this apply also changes the storage or the secret provider of the secrets, they are not updated yet. Either remove the secret "+
				"provider from the configuration in a later apply; or first apply create_before_destroy in the secret provider's lifecycle. If the "+
				"secret provider only has a new address in the configuration, add a moved block.")
	}
}

func read(provider *client.SecretProvider) model {
	return model{
		ID:                     types.StringValue(provider.Id),
		OrganizationID:         types.StringValue(provider.OrganizationId),
		Name:                   types.StringValue(provider.Name),
		Description:            types.StringPointerValue(provider.Description.Get()),
		Type:                   types.StringValue(string(provider.Type)),
		CredentialsFingerprint: types.StringValue(provider.CredentialsFingerprint),
		CreatedAt:              object.Time(&provider.CreatedAt),
	}
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

// diagnose shows violations of a credential on its configured form.
func diagnose(summary string, err error, config vaultConfig) diag.Diagnostics {
	switch {
	case !config.TokenWO.IsNull():
		return api.Diagnose(summary, err, "config.token", "token_wo")
	case !config.SecretIDWO.IsNull():
		return api.Diagnose(summary, err, "config.secret_id", "secret_id_wo")
	default:
		return api.Diagnose(summary, err)
	}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
