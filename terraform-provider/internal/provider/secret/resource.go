// Package secret is what the provider offers of secrets: the resource agyn_secret and its list resource, the data sources
// agyn_secret and agyn_secrets, and the ephemeral resource agyn_secret_value.
package secret

import (
	"context"

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
	object.Resource
}

// model is what the server answers.
type model struct {
	ID             types.String `tfsdk:"id"`
	OrganizationID types.String `tfsdk:"organization_id"`
	Name           types.String `tfsdk:"name"`
	Description    types.String `tfsdk:"description"`
	Version        types.Int64  `tfsdk:"version"`
	Fingerprint    types.String `tfsdk:"fingerprint"`
	CreatedAt      types.String `tfsdk:"created_at"`
}

// resourceModel has besides what only the configuration knows.
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

// NewResource makes the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_secret"
}

// IdentitySchema describes what tells a secret from all others.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchemaInOrganization(kind)
}

// ImportState takes <organization_id>/<id>, or the identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.ImportInOrganization(ctx, "id", request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "A credential, which the server keeps encrypted. It is written and never read back. The server does not delete a " +
			"secret that an LLM provider uses, and Terraform deletes before it updates: set `create_before_destroy` in `lifecycle`, so that one " +
			"apply can remove a secret and give its LLM provider another credential.",
		Attributes: map[string]schema.Attribute{
			"id":              object.ID(kind),
			"organization_id": object.OrganizationID(),
			"name":            object.Name(),
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What the secret is for, at most 1,024 characters.",
				Validators:          object.Description(),
			},
			"value": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "The value, at most 64 KiB. It stands in the state; `value_wo` does not. Exactly one of the two is " +
					"given. After an import it is set once by the first apply.",
				Validators: object.SecretValue(),
			},
			"value_wo": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				WriteOnly: true,
				MarkdownDescription: "The value, at most 64 KiB, which stands neither in the state nor in a plan. Without `value_wo_version`, " +
					"another value is noticed by a salted slow hash of it, which the state holds where no output shows it. After an import " +
					"it is set once by the first apply.",
				Validators: object.SecretValue(),
			},
			"value_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "With it, `value_wo` is set when this number changes, and no hash is kept.",
				Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("value_wo"))},
			},
			"version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "1 at first; it rises with each new value.",
			},
			"fingerprint": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "A keyed hash of the value: another one means another value.",
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// ValidateConfig wants the value in one of its two forms.
func (r *Resource) ValidateConfig(ctx context.Context, request resource.ValidateConfigRequest, response *resource.ValidateConfigResponse) {
	var config resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if response.Diagnostics.HasError() {
		return
	}
	checkForms(config, &response.Diagnostics)
}

func checkForms(config resourceModel, diagnostics *diag.Diagnostics) {
	if config.Value.IsNull() && config.ValueWO.IsNull() {
		diagnostics.AddAttributeError(path.Root("value"), "The value is missing", "Set value, or value_wo, which is kept out of the state.")
	}
	if object.Given(config.Value) && object.Given(config.ValueWO) {
		diagnostics.AddAttributeError(path.Root("value_wo"), "The value is given twice", "Remove either value or value_wo.")
	}
}

// ModifyPlan plans a new version and fingerprint where the value is to be written, and the known ones otherwise.
func (r *Resource) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, response *resource.ModifyPlanResponse) {
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
	if credential.Changed(ctx, request.Private, forms(config, plan, state), state.Fingerprint, &response.Diagnostics) {
		plan.Version, plan.Fingerprint = types.Int64Unknown(), types.StringUnknown()
	}
	response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("version"), plan.Version)...)
	response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("fingerprint"), plan.Fingerprint)...)
}

// Create stores the secret.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var config, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.SecretCreate{Name: plan.Name.ValueString(), Value: credential.Either(plan.Value, config.ValueWO).ValueString()}
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	made, _, err := r.Client.SecretsAPI.CreateSecret(ctx, plan.OrganizationID.ValueString()).
		IdempotencyKey(api.NewIdempotencyKey()).SecretCreate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(diagnose("The secret cannot be created", err, config)...)
		return
	}
	credential.Written(ctx, response.Private, forms(config, plan, resourceModel{}), true, made.Fingerprint, &response.Diagnostics)
	plan.model = read(made)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read takes over what the server has. The value stays as it is in the state, unless the fingerprint tells that the server
// has another one: then it is null, so that the plan puts the configured one back.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	organization, id := state.OrganizationID.ValueString(), state.ID.ValueString()
	found, answer, err := api.Read(ctx, r.Client, organization, filtered(ctx, r.Client, object.Query{"organization_id": state.OrganizationID}),
		r.Client.SecretsAPI.GetSecret(ctx, organization, id), id, (*client.Secret).GetId)
	if !r.IsThere(ctx, state.thing(), answer, err, response) {
		return
	}
	if credential.Refreshed(ctx, response.Private, kind+" "+found.Name, state.Value, state.Fingerprint, found.Fingerprint, &response.Diagnostics) {
		state.Value = types.StringNull()
	}
	state.model = read(found)
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces what the server has. A value that is the same leaves the version alone.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var config, state, plan resourceModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	// The plan decides: it has heeded ignore_changes, which the configuration here has not.
	changed := plan.Fingerprint.IsUnknown() && credential.Changed(ctx, request.Private, forms(config, plan, state), state.Fingerprint, &response.Diagnostics)
	body := client.SecretUpdate{Name: plan.Name.ValueString(), Value: object.Optional(plan.Value)}
	if changed {
		body.Value = object.Optional(credential.Either(plan.Value, config.ValueWO))
	}
	if description := object.Optional(plan.Description); description != nil {
		body.SetDescription(*description)
	}
	updated, err := r.update(ctx, plan, state, body)
	if err != nil {
		response.Diagnostics.Append(diagnose("The secret cannot be updated", err, config)...)
		return
	}
	credential.Written(ctx, response.Private, forms(config, plan, state), changed, updated.Fingerprint, &response.Diagnostics)
	plan.model = read(updated)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// update replaces the secret. Where the plan keeps its version and fingerprint, another one would not be what was planned.
func (r *Resource) update(ctx context.Context, plan, state resourceModel, body client.SecretUpdate) (*client.Secret, error) {
	organization, id := plan.OrganizationID.ValueString(), plan.ID.ValueString()
	replace := r.Client.SecretsAPI.UpdateSecret(ctx, organization, id).SecretUpdate(body)
	if plan.Fingerprint.IsUnknown() {
		updated, _, err := replace.Execute()
		return updated, err
	}
	return api.UpdateUnchanged(r.Client.SecretsAPI.GetSecret(ctx, organization, id),
		func(now *client.Secret) bool {
			return now.Fingerprint == state.Fingerprint.ValueString() && now.Version == state.Version.ValueInt64()
		},
		func(entityTag string) api.Getter[client.Secret] { return replace.IfMatch(entityTag) })
}

// Delete removes the secret, which must not be in use.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	answer, err := r.Client.SecretsAPI.DeleteSecret(ctx, state.OrganizationID.ValueString(), state.ID.ValueString()).Execute()
	r.Deleted(ctx, state.thing(), answer, err, &response.Diagnostics)
	if api.IsSecretInUse(err) {
		response.Diagnostics.AddWarning("Terraform deletes before it updates",
			"If the same apply gives the LLM providers another credential, they are not updated yet. Keep the secret in the configuration "+
				"for that apply and remove it in the next one; or set create_before_destroy in the secret's lifecycle and apply that first. "+
				"If the secret only has another address in the configuration, add a moved block.")
	}
}

func read(secret *client.Secret) model {
	return model{
		ID:             types.StringValue(secret.Id),
		OrganizationID: types.StringValue(secret.OrganizationId),
		Name:           types.StringValue(secret.Name),
		Description:    types.StringPointerValue(secret.Description.Get()),
		Version:        types.Int64Value(secret.Version),
		Fingerprint:    types.StringValue(secret.Fingerprint),
		CreatedAt:      object.Time(&secret.CreatedAt),
	}
}

func (m model) identity() object.IdentityInOrganization {
	return object.IdentityInOrganization{OrganizationID: m.OrganizationID, ID: m.ID}
}

// forms takes the write-only form from the configuration, since neither plan nor state has it.
func forms(config, plan, state resourceModel) credential.Forms {
	return credential.Forms{
		Plain: plan.Value, PlainBefore: state.Value,
		WriteOnly: config.ValueWO, Version: plan.ValueWOVersion, VersionBefore: state.ValueWOVersion,
	}
}

// diagnose shows what the server says of the value on the form that is configured.
func diagnose(summary string, err error, config resourceModel) diag.Diagnostics {
	if config.ValueWO.IsNull() {
		return api.Diagnose(summary, err)
	}
	return api.Diagnose(summary, err, "value", "value_wo")
}

func (m model) thing() object.Thing {
	return object.Thing{Kind: kind, ID: m.ID.ValueString(), OrganizationID: m.OrganizationID.ValueString(), Identity: m.identity()}
}
