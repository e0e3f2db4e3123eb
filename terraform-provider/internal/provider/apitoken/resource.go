// Package apitoken implements the resource, the list resource, the data sources and the ephemeral resource of API tokens.
package apitoken

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

const kind = "API token"

// Resource is agyn_api_token.
type Resource struct {
	object.Resource
}

// model holds the attributes that the server returns and that do not change with each use.
type model struct {
	ID             types.String      `tfsdk:"id"`
	UserID         types.String      `tfsdk:"user_id"`
	Description    types.String      `tfsdk:"description"`
	Scopes         types.Set         `tfsdk:"scopes"`
	ModelIDs       types.Set         `tfsdk:"model_ids"`
	OrganizationID types.String      `tfsdk:"organization_id"`
	DefaultModelID types.String      `tfsdk:"default_model_id"`
	ExpiresAt      timetypes.RFC3339 `tfsdk:"expires_at"`
	Prefix         types.String      `tfsdk:"prefix"`
	CreatedBy      types.String      `tfsdk:"created_by_token_id"`
	CreatedAt      types.String      `tfsdk:"created_at"`
}

// resourceModel adds the token, which the server returns once, and the attributes that only the configuration holds.
type resourceModel struct {
	model
	Token    types.String   `tfsdk:"token"`
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
	response.TypeName = request.ProviderTypeName + "_api_token"
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
	replaced := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages an API token. The state contains the token in plaintext. If you need a token only during a run, use the " +
			"ephemeral resource of the same name. `description`, `scopes`, `model_ids` and `default_model_id` change in place; any other change replaces the token.",
		Attributes: map[string]schema.Attribute{
			"id": object.ID(kind),
			"user_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The id of the user that the token belongs to. The default is the caller; only cluster admins can set another user.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"description": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The purpose of the token, 1 to 128 characters.",
				Validators:          object.Text(128),
			},
			"scopes": schema.SetAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The permissions of the token, at most those of the provider's own token: " + object.Backticked(client.AllowedTokenScopeEnumValues) + ". " + scopesText,
				Validators:          scopeRules(),
				PlanModifiers:       []planmodifier.Set{setplanmodifier.UseStateForUnknown()},
			},
			"model_ids": schema.SetAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				MarkdownDescription: modelsText,
				Validators:          modelRules(),
			},
			"organization_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the only organization that the token has access to. Without it, the token has access to all organizations of its user.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       replaced,
			},
			"default_model_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the model of calls without a model. It has precedence over the organization's default model, see `agyn_default_model`.",
				Validators:          []validator.String{object.UUID()},
			},
			"expires_at": schema.StringAttribute{
				CustomType: timetypes.RFC3339Type{},
				Optional:   true,
				Computed:   true,
				MarkdownDescription: "The time of expiry (RFC 3339), not after the expiry of the provider's own token, which is also the default. Another " +
					"instant replaces the token; the same instant in another time zone does not. Terraform warns about an expired token.",
				PlanModifiers: []planmodifier.String{
					stringplanmodifier.UseStateForUnknown(), object.UseStateForSameInstant(), stringplanmodifier.RequiresReplaceIfConfigured(),
				},
			},
			"prefix": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The first characters of the token.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "The token. It is null after an import, because the server returns it only once.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_by_token_id": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The id of the API token that created this one; revoking that one revokes this one too. It is the provider's own token, " +
					"unless this one was imported.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create creates the API token.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.ApiTokenCreate{
		Description: plan.Description.ValueString(), UserId: object.Optional(plan.UserID),
		Scopes: scopesOf(ctx, plan.Scopes, &response.Diagnostics), ModelIds: textsOf(ctx, plan.ModelIDs, &response.Diagnostics),
		OrganizationId: *client.NewNullableString(object.Optional(plan.OrganizationID)),
		DefaultModelId: *client.NewNullableString(object.Optional(plan.DefaultModelID)), ExpiresAt: object.Instant(plan.ExpiresAt),
	}
	created := create(ctx, r.Client, body, &response.Diagnostics)
	if created == nil {
		return
	}
	plan.model = read(metadata(created), plan.ExpiresAt)
	plan.Token = types.StringPointerValue(created.Token)
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
	// A list contains the tokens of one user.
	listed := listRequest(ctx, r.Client, object.Query{"user_id": state.UserID})
	found, httpResponse, err := api.Read(ctx, r.Client, state.UserID.ValueString(), listed, r.Client.ApiTokensAPI.GetApiToken(ctx, id), id, (*client.ApiToken).GetId)
	if !r.CheckRead(ctx, state.ref(), httpResponse, err, response) {
		return
	}
	state.model = read(found, state.ExpiresAt)
	if expiry := found.ExpiresAt.Get(); expiry != nil && expiry.Before(time.Now()) {
		response.Diagnostics.AddAttributeWarning(path.Root("expires_at"), "The API token has expired",
			fmt.Sprintf("The API token %s (%s) expired at %s. Set another expires_at to replace it.", id, found.Description, state.ExpiresAt.ValueString()))
	}
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update replaces the description, the scopes and the models.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, plan.Timeouts.Update, &response.Diagnostics)
	defer done()
	body := client.ApiTokenUpdate{
		Description: plan.Description.ValueString(), Scopes: scopesOf(ctx, plan.Scopes, &response.Diagnostics),
		ModelIds:       textsOf(ctx, plan.ModelIDs, &response.Diagnostics),
		DefaultModelId: *client.NewNullableString(object.Optional(plan.DefaultModelID)),
	}
	if response.Diagnostics.HasError() {
		return
	}
	updated, _, err := r.Client.ApiTokensAPI.UpdateApiToken(ctx, plan.ID.ValueString()).ApiTokenUpdate(body).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The API token cannot be updated", err)...)
		return
	}
	plan.model = read(updated, plan.ExpiresAt)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete revokes the API token.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.WithTimeout(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	httpResponse, err := r.Client.ApiTokensAPI.DeleteApiToken(ctx, state.ID.ValueString()).Execute()
	r.CheckDeleted(ctx, state.ref(), httpResponse, err, &response.Diagnostics)
}

// read maps an API token. It keeps the known spelling of the expiry if the instant is the same.
func read(token *client.ApiToken, known timetypes.RFC3339) model {
	expiresAt := object.RFC3339(token.ExpiresAt.Get())
	if object.SameInstant(object.Instant(known), token.ExpiresAt.Get()) {
		expiresAt = known
	}
	return model{
		ID:             types.StringValue(token.Id),
		UserID:         types.StringValue(token.UserId),
		Description:    types.StringValue(token.Description),
		Scopes:         setOf(token.Scopes),
		ModelIDs:       setOf(token.ModelIds),
		OrganizationID: types.StringPointerValue(token.OrganizationId.Get()),
		DefaultModelID: types.StringPointerValue(token.DefaultModelId.Get()),
		ExpiresAt:      expiresAt,
		Prefix:         types.StringValue(token.Prefix),
		CreatedBy:      types.StringPointerValue(token.CreatedByTokenId.Get()),
		CreatedAt:      object.Time(&token.CreatedAt),
	}
}

// create creates an API token, or adds an error and returns nil. The server returns the plaintext only once: if the first
// response was lost, the response to the retry lacks it. create then revokes that token, which is useless, and creates
// another.
func create(ctx context.Context, with *api.Client, body client.ApiTokenCreate, diagnostics *diag.Diagnostics) *client.ApiTokenCreated {
	for {
		created, _, err := with.ApiTokensAPI.CreateApiToken(ctx).IdempotencyKey(api.NewIdempotencyKey()).ApiTokenCreate(body).Execute()
		if err != nil {
			diagnostics.Append(api.Diagnose("The API token cannot be created", err)...)
			return nil
		}
		if created.Token != nil {
			return created
		}
		if _, err := with.ApiTokensAPI.DeleteApiToken(ctx, created.Id).Execute(); err != nil {
			diagnostics.Append(api.Diagnose("API token "+created.Id+" was created, but the response that contained it was lost. It must be revoked", err)...)
			return nil
		}
	}
}

// metadata returns a new API token without the plaintext.
func metadata(created *client.ApiTokenCreated) *client.ApiToken {
	return &client.ApiToken{
		Id: created.Id, UserId: created.UserId, UserName: created.UserName, Description: created.Description, Prefix: created.Prefix,
		Scopes: created.Scopes, ModelIds: created.ModelIds, OrganizationId: created.OrganizationId, DefaultModelId: created.DefaultModelId,
		ExpiresAt: created.ExpiresAt, LastUsedAt: created.LastUsedAt, LastUsedAddress: created.LastUsedAddress,
		LastUsedUserAgent: created.LastUsedUserAgent,
		CreatedByTokenId:  created.CreatedByTokenId, CreatedAt: created.CreatedAt, UpdatedAt: created.UpdatedAt,
	}
}

func (m model) identity() object.Identity {
	return object.Identity{ID: m.ID}
}

func (m model) ref() object.Ref {
	return object.Ref{Kind: kind, ID: m.ID.ValueString(), UserID: m.UserID.ValueString(), Identity: m.identity()}
}
