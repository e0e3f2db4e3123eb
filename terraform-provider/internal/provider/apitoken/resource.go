// Package apitoken is what the provider offers of API tokens: the resource agyn_api_token and its list resource, the data
// sources agyn_api_token and agyn_api_tokens, and the ephemeral resource agyn_api_token.
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

// model is what the server answers, but for what changes with each use.
type model struct {
	ID             types.String      `tfsdk:"id"`
	UserID         types.String      `tfsdk:"user_id"`
	Description    types.String      `tfsdk:"description"`
	OrganizationID types.String      `tfsdk:"organization_id"`
	ExpiresAt      timetypes.RFC3339 `tfsdk:"expires_at"`
	Prefix         types.String      `tfsdk:"prefix"`
	CreatedBy      types.String      `tfsdk:"created_by_token_id"`
	CreatedAt      types.String      `tfsdk:"created_at"`
}

// resourceModel has besides what is answered once, and what only the configuration knows.
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

// NewResource makes the resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_api_token"
}

// IdentitySchema describes what tells an API token from all others.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, response *resource.IdentitySchemaResponse) {
	response.IdentitySchema = object.IdentitySchema(kind)
}

// ImportState takes the id, or the identity.
func (r *Resource) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	object.Import(ctx, request, response)
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	replaced := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	response.Schema = schema.Schema{
		MarkdownDescription: "An API token, which the state holds in plaintext. Where it is needed during a run alone, the ephemeral " +
			"resource of the same name leaves nothing behind. An API token cannot be changed: any change replaces it.",
		Attributes: map[string]schema.Attribute{
			"id": object.ID(kind),
			"user_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The id of the user whose token it is, whom only a cluster admin may choose; the caller if not given.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"description": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "What the token is for, 1 to 128 characters.",
				Validators:          object.Text(128),
				PlanModifiers:       replaced,
			},
			"organization_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the only organization that the token reaches; all that its user reaches if not given.",
				Validators:          []validator.String{object.UUID()},
				PlanModifiers:       replaced,
			},
			"expires_at": schema.StringAttribute{
				CustomType: timetypes.RFC3339Type{},
				Optional:   true,
				Computed:   true,
				MarkdownDescription: "When the token stops working, as in RFC 3339, no later than the provider's own token; if not given, " +
					"with the provider's own token, or never if that one never does. Another time replaces the token, the same time in " +
					"another time zone does not. A token that has expired is warned of.",
				PlanModifiers: []planmodifier.String{
					stringplanmodifier.UseStateForUnknown(), object.KeepSameInstant(), stringplanmodifier.RequiresReplaceIfConfigured(),
				},
			},
			"prefix": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The plaintext's first characters, to tell tokens apart.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "The plaintext. It is null after an import: the server does not answer it again.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_by_token_id": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The id of the API token that created this one, and with which it is revoked: the provider's own, unless " +
					"it was imported.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_at": object.CreatedAt(),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// Create makes the API token.
func (r *Resource) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, plan.Timeouts.Create, &response.Diagnostics)
	defer done()
	body := client.ApiTokenCreate{
		Description: plan.Description.ValueString(), UserId: object.Optional(plan.UserID), OrganizationId: object.Optional(plan.OrganizationID),
		ExpiresAt: object.Instant(plan.ExpiresAt),
	}
	made := create(ctx, r.Client, body, &response.Diagnostics)
	if made == nil {
		return
	}
	plan.model = read(metadata(made), plan.ExpiresAt)
	plan.Token = types.StringPointerValue(made.Token)
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Read takes over what the server has.
func (r *Resource) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Read, &response.Diagnostics)
	defer done()
	id := state.ID.ValueString()
	// A list has the tokens of one user.
	listed := filtered(ctx, r.Client, object.Query{"user_id": state.UserID})
	found, answer, err := api.Read(ctx, r.Client, state.UserID.ValueString(), listed, r.Client.ApiTokensAPI.GetApiToken(ctx, id), id, (*client.ApiToken).GetId)
	if !r.IsThere(ctx, state.thing(), answer, err, response) {
		return
	}
	state.model = read(found, state.ExpiresAt)
	if expiry := found.ExpiresAt.Get(); expiry != nil && expiry.Before(time.Now()) {
		response.Diagnostics.AddAttributeWarning(path.Root("expires_at"), "The API token has expired",
			fmt.Sprintf("The API token %s (%s) stopped working at %s. Set another expires_at, which replaces it.", id, found.Description, state.ExpiresAt.ValueString()))
	}
	object.Save(ctx, &response.State, response.Identity, state, state.identity(), &response.Diagnostics)
}

// Update has nothing to tell the server: only the time-outs can change in place.
func (r *Resource) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var plan resourceModel
	if !r.Ready(request.Plan.Get(ctx, &plan), &response.Diagnostics) {
		return
	}
	object.Save(ctx, &response.State, response.Identity, plan, plan.identity(), &response.Diagnostics)
}

// Delete revokes the API token.
func (r *Resource) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var state resourceModel
	if !r.Ready(request.State.Get(ctx, &state), &response.Diagnostics) {
		return
	}
	ctx, done := object.Within(ctx, state.Timeouts.Delete, &response.Diagnostics)
	defer done()
	answer, err := r.Client.ApiTokensAPI.DeleteApiToken(ctx, state.ID.ValueString()).Execute()
	r.Deleted(ctx, state.thing(), answer, err, &response.Diagnostics)
}

// read maps what the server answers; a time that is written otherwise than the known one is the known one.
func read(token *client.ApiToken, known timetypes.RFC3339) model {
	expiresAt := object.RFC3339(token.ExpiresAt.Get())
	if object.SameInstant(object.Instant(known), token.ExpiresAt.Get()) {
		expiresAt = known
	}
	return model{
		ID:             types.StringValue(token.Id),
		UserID:         types.StringValue(token.UserId),
		Description:    types.StringValue(token.Description),
		OrganizationID: types.StringPointerValue(token.OrganizationId.Get()),
		ExpiresAt:      expiresAt,
		Prefix:         types.StringValue(token.Prefix),
		CreatedBy:      types.StringPointerValue(token.CreatedByTokenId.Get()),
		CreatedAt:      object.Time(&token.CreatedAt),
	}
}

// create creates an API token with its plaintext, or adds an error and returns nil. If the first response was lost, the
// response to the retry has no plaintext, since the server shows it once: that token, which nobody can use, is revoked, and
// another one created.
func create(ctx context.Context, with *api.Client, body client.ApiTokenCreate, diagnostics *diag.Diagnostics) *client.ApiTokenCreated {
	for {
		made, _, err := with.ApiTokensAPI.CreateApiToken(ctx).IdempotencyKey(api.NewIdempotencyKey()).ApiTokenCreate(body).Execute()
		if err != nil {
			diagnostics.Append(api.Diagnose("The API token cannot be created", err)...)
			return nil
		}
		if made.Token != nil {
			return made
		}
		if _, err := with.ApiTokensAPI.DeleteApiToken(ctx, made.Id).Execute(); err != nil {
			diagnostics.Append(api.Diagnose("API token "+made.Id+" was created, but the response with its plaintext was lost; revoke it", err)...)
			return nil
		}
	}
}

// metadata is what of a new API token is answered later too.
func metadata(made *client.ApiTokenCreated) *client.ApiToken {
	return &client.ApiToken{
		Id: made.Id, UserId: made.UserId, Description: made.Description, Prefix: made.Prefix, OrganizationId: made.OrganizationId,
		ExpiresAt: made.ExpiresAt, LastUsedAt: made.LastUsedAt,
		CreatedByTokenId: made.CreatedByTokenId, CreatedAt: made.CreatedAt, UpdatedAt: made.UpdatedAt,
	}
}

func (m model) identity() object.Identity {
	return object.Identity{ID: m.ID}
}

func (m model) thing() object.Thing {
	return object.Thing{Kind: kind, ID: m.ID.ValueString(), UserID: m.UserID.ValueString(), Identity: m.identity()}
}
