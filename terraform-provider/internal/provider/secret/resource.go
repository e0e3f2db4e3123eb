// Package secret implements the resource, the list resource, the data sources and the ephemeral resource of secrets.
package secret

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
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

const kind = "secret"

// Resource is agyn_secret.
type Resource struct {
	object.InOrganization
}

// model holds the attributes that the server returns.
type model struct {
	ID             types.String `tfsdk:"id"`
	OrganizationID types.String `tfsdk:"organization_id"`
	Name           types.String `tfsdk:"name"`
	Description    types.String `tfsdk:"description"`
	ProviderID     types.String `tfsdk:"provider_id"`
	RemotePath     types.String `tfsdk:"remote_path"`
	RemoteKey      types.String `tfsdk:"remote_key"`
	Version        types.Int64  `tfsdk:"version"`
	Fingerprint    types.String `tfsdk:"fingerprint"`
	CreatedAt      types.String `tfsdk:"created_at"`
}

// resourceModel adds the attributes that only the configuration holds.
type resourceModel struct {
	model
	Value          types.String   `tfsdk:"value"`
	ValueWO        types.String   `tfsdk:"value_wo"`
	ValueWOVersion types.Int64    `tfsdk:"value_wo_version"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
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
	response.TypeName = request.ProviderTypeName + "_secret"
}

// IdentitySchema describes the identity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState imports by <organization_id>/<id>, <id> or identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	lookup := func(ctx context.Context, organization, id string) (*http.Response, error) {
		_, httpResponse, err := r.Client.SecretsAPI.GetSecret(ctx, organization, id).Execute()
		return httpResponse, err
	}
	r.Import(ctx, "id", lookup, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages a secret, a credential. The server stores the value of a local secret (`value` or `value_wo`) encrypted, and " +
			"does not return it. It reads the value of a remote secret (`provider_id`, `remote_path` and `remote_key`) from a secret provider. A " +
			"change between the two is an update in place. The server does not delete a secret in use, and Terraform deletes before it updates. " +
			"Set `create_before_destroy` in `lifecycle`, so that one apply can remove a secret and set another credential in its LLM provider.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"name":            object.Name(),
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The purpose of the secret, at most 1,024 characters.",
				Validators:          object.Description(),
			},
			"value": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "The value of a local secret, at most 64 KiB. It is in the state; `value_wo` is not. Set exactly one of the two. The " +
					"first apply after an import sets it.",
				Validators: object.SecretValue(),
			},
			"value_wo": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				WriteOnly: true,
				MarkdownDescription: "The value, at most 64 KiB, as a write-only value, which is neither in the state nor in plans. Without " +
					"`value_wo_version`, changes are detected with a salted scrypt hash in the private state. The first apply after an import sets it.",
				Validators: object.SecretValue(),
			},
			"value_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "The version of `value_wo`. If set, `value_wo` is sent only when this number changes, and no hash is stored.",
				Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("value_wo"))},
			},
			"provider_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the secret provider that holds the value of a remote secret.",
				Validators:          []validator.String{object.UUID()},
			},
			"remote_path": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The path of the value in the secret provider. In a KV version 2 engine it contains `data` after the mount, such as " +
					"`kv/data/prod/openai`.",
				Validators: object.RemotePath(),
			},
			"remote_key": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The key at `remote_path` whose value, a string, is the secret's value.",
				Validators:          object.RemoteKey(),
			},
			"version": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "The version of the value or reference, which starts at 1 and increases with each new one. A new value in the secret " +
					"provider does not change it.",
			},
			"fingerprint": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "A keyed hash of the value, or a hash of the reference. It changes with them.",
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// ValidateConfig requires the attributes of exactly one storage.
func (r *Resource) ValidateConfig(ctx context.Context, request resource.ValidateConfigRequest, response *resource.ValidateConfigResponse) {
	var config resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !response.Diagnostics.HasError() {
		checkStorage(config, &response.Diagnostics)
	}
}

// ModifyPlan plans an unknown version and fingerprint if the value or the reference changes, otherwise the prior ones.
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
	plan.Version, plan.Fingerprint = state.Version, state.Fingerprint
	if !plan.hasReferenceOf(state.model) || credential.Changed(ctx, request.Private, forms(config, plan, state), state.Fingerprint, &response.Diagnostics) {
		plan.Version, plan.Fingerprint = types.Int64Unknown(), types.StringUnknown()
	}
	response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("version"), plan.Version)...)
	response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("fingerprint"), plan.Fingerprint)...)
}

// Create creates the secret.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var config, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.SecretCreate{
		Name:       plan.Name.ValueString(),
		Storage:    plan.storage(),
		Value:      object.Optional(credential.Coalesce(plan.Value, config.ValueWO)),
		ProviderId: object.Optional(plan.ProviderID),
		RemotePath: object.Optional(plan.RemotePath),
		RemoteKey:  object.Optional(plan.RemoteKey),
	}
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	created, _, err := r.Client.SecretsAPI.CreateSecret(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).SecretCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(diagnose("The secret cannot be created", err, config)...)
		return
	}
	credential.RecordWrite(ctx, response.Private, forms(config, plan, resourceModel{}), true, created.Fingerprint, &response.Diagnostics)
	plan.model = read(created)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read refreshes the state. The value stays in the state unless the fingerprint shows that the server has another one: then it
// becomes null, so that the plan restores the configured one.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	found, httpResponse, err := api.Read(ctx, r.Client, organization, listRequest(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.SecretsAPI.GetSecret(ctx, organization, id), id, (*client.Secret).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	if credential.ChangedElsewhere(ctx, response.Private, kind+" "+found.Name, state.Value, state.Fingerprint, found.Fingerprint, &response.Diagnostics) {
		state.Value = types.StringNull()
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces the secret. The same value or reference keeps the version.
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
	changed := plan.Fingerprint.IsUnknown() && credential.Changed(ctx, request.Private, forms(config, plan, state), state.Fingerprint, &response.Diagnostics)
	body := client.SecretUpdate{
		Name:       plan.Name.ValueString(),
		Storage:    plan.storage(),
		Value:      object.Optional(plan.Value),
		ProviderId: object.Optional(plan.ProviderID),
		RemotePath: object.Optional(plan.RemotePath),
		RemoteKey:  object.Optional(plan.RemoteKey),
	}
	if changed {
		body.Value = object.Optional(credential.Coalesce(plan.Value, config.ValueWO))
	}
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	updated, err := r.update(ctx, plan, state, body)
	if err != nil {
		response.Diagnostics.Append(diagnose("The secret cannot be updated", err, config)...)
		return
	}
	if plan.isRemote() {
		credential.Forget(ctx, response.Private, &response.Diagnostics)
	} else {
		credential.RecordWrite(ctx, response.Private, forms(config, plan, state), changed, updated.Fingerprint, &response.Diagnostics)
	}
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// update replaces the secret, but not if its version and fingerprint must stay the planned ones and have changed.
func (r *Resource) update(ctx context.Context, plan, state resourceModel, body client.SecretUpdate) (*client.Secret, error) {
	organization, id := plan.OrganizationID.ValueString(), plan.ID.ValueString()
	replace := r.Client.SecretsAPI.UpdateSecret(ctx, organization, id).SecretUpdate(body)
	if plan.Fingerprint.IsUnknown() {
		updated, _, err := replace.Execute()
		return updated, err
	}
	return api.UpdateIfUnchanged(r.Client.SecretsAPI.GetSecret(ctx, organization, id),
		func(now *client.Secret) bool {
			return now.Fingerprint == state.Fingerprint.ValueString() && now.Version == state.Version.ValueInt64()
		},
		func(entityTag string) api.Request[client.Secret] { return replace.IfMatch(entityTag) })
}

// Delete deletes the secret, which must not be in use.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.SecretsAPI.DeleteSecret(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
	if api.IsSecretInUse(err) {
		response.Diagnostics.AddWarning("Terraform deletes before it updates",
			"If this apply also sets another credential in the LLM providers, they are not updated yet. Either remove the secret from "+
				"the configuration in a later apply; or first apply create_before_destroy in the secret's lifecycle. If the secret only has a new "+
				"address in the configuration, add a moved block.")
	}
}

func read(secret *client.Secret) model {
	return model{
		ID:             types.StringValue(secret.Id),
		OrganizationID: types.StringValue(secret.OrganizationId),
		Name:           types.StringValue(secret.Name),
		Description:    types.StringPointerValue(secret.Description.Get()),
		ProviderID:     types.StringPointerValue(secret.ProviderId.Get()),
		RemotePath:     types.StringPointerValue(secret.RemotePath.Get()),
		RemoteKey:      types.StringPointerValue(secret.RemoteKey.Get()),
		Version:        types.Int64Value(secret.Version),
		Fingerprint:    types.StringValue(secret.Fingerprint),
		CreatedAt:      object.Time(&secret.CreatedAt),
	}
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

// forms returns the forms of the value. The write-only form is in the configuration only.
func forms(config, plan, state resourceModel) credential.Forms {
	return credential.Forms{
		Plain: plan.Value, PriorPlain: state.Value,
		WriteOnly: config.ValueWO, Version: plan.ValueWOVersion, PriorVersion: state.ValueWOVersion,
	}
}

// diagnose shows violations of the value on its configured form.
func diagnose(summary string, err error, config resourceModel) diag.Diagnostics {
	if config.ValueWO.IsNull() {
		return api.Diagnose(summary, err)
	}
	return api.Diagnose(summary, err, "value", "value_wo")
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
