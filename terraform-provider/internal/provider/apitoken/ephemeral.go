package apitoken

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// defaultLifetime limits an ephemeral API token that Terraform does not revoke, for instance because it was killed.
const defaultLifetime = time.Hour

// idKey is the key of the token's id in the private state.
const idKey = "id"

// Ephemeral is ephemeral agyn_api_token.
type Ephemeral struct {
	object.Ephemeral
}

type ephemeralModel struct {
	ID             types.String         `tfsdk:"id"`
	UserID         types.String         `tfsdk:"user_id"`
	Description    types.String         `tfsdk:"description"`
	Scopes         types.Set            `tfsdk:"scopes"`
	ModelIDs       types.Set            `tfsdk:"model_ids"`
	OrganizationID types.String         `tfsdk:"organization_id"`
	Lifetime       timetypes.GoDuration `tfsdk:"lifetime"`
	ExpiresAt      types.String         `tfsdk:"expires_at"`
	Token          types.String         `tfsdk:"token"`
}

var (
	_ ephemeral.EphemeralResourceWithClose     = (*Ephemeral)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*Ephemeral)(nil)
)

// NewEphemeral creates the ephemeral resource.
func NewEphemeral() ephemeral.EphemeralResource {
	return &Ephemeral{}
}

// Metadata names the ephemeral resource.
func (e *Ephemeral) Metadata(_ context.Context, request ephemeral.MetadataRequest, response *ephemeral.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_api_token"
}

// Schema describes the ephemeral resource.
func (e *Ephemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Creates an API token for one plan or apply, and revokes it at the end. The token is neither in the state nor in " +
			"plans. Another provider's configuration can use it.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
			"user_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The id of the user that the token belongs to. The default is the caller; only cluster admins can set another user.",
				Validators:          []validator.String{object.UUID()},
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
				MarkdownDescription: "The permissions of the token: " + object.Backticked(client.AllowedTokenScopeEnumValues) + ". " + scopesText,
				Validators:          scopeRules(),
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
			},
			"lifetime": schema.StringAttribute{
				CustomType: timetypes.GoDurationType{},
				Optional:   true,
				MarkdownDescription: "The time until the token expires, such as `30m` or `4h`, in case Terraform is killed before it revokes the token. " +
					"The default is one hour.",
			},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: "The time of expiry (RFC 3339)."},
			"token":      schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The token."},
		},
	}
}

// Open creates the API token.
func (e *Ephemeral) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	var config ephemeralModel
	if !e.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	lifetime := defaultLifetime
	if object.IsSet(config.Lifetime) {
		var diagnostics diag.Diagnostics
		lifetime, diagnostics = config.Lifetime.ValueGoDuration()
		response.Diagnostics.Append(diagnostics...)
	}
	if lifetime <= 0 {
		response.Diagnostics.AddAttributeError(path.Root("lifetime"), "Invalid lifetime", "Set lifetime to more than 0, such as 30m.")
	}
	if response.Diagnostics.HasError() {
		return
	}
	expiry := time.Now().Add(lifetime)
	body := client.ApiTokenCreate{
		Description: config.Description.ValueString(), UserId: object.Optional(config.UserID),
		Scopes: scopesOf(ctx, config.Scopes, &response.Diagnostics), ModelIds: textsOf(ctx, config.ModelIDs, &response.Diagnostics),
		OrganizationId: *client.NewNullableString(object.Optional(config.OrganizationID)), ExpiresAt: &expiry,
	}
	created := create(ctx, e.Client, body, &response.Diagnostics)
	if created == nil {
		return
	}
	config.ID = types.StringValue(created.Id)
	config.UserID = types.StringValue(created.UserId)
	config.Scopes = setOf(created.Scopes)
	config.ExpiresAt = object.Time(created.ExpiresAt.Get())
	config.Token = types.StringPointerValue(created.Token)
	response.Diagnostics.Append(response.Result.Set(ctx, config)...)
	id, err := json.Marshal(created.Id)
	if err == nil {
		response.Diagnostics.Append(response.Private.SetKey(ctx, idKey, id)...)
	}
}

// Close revokes the API token.
func (e *Ephemeral) Close(ctx context.Context, request ephemeral.CloseRequest, response *ephemeral.CloseResponse) {
	text, found := request.Private.GetKey(ctx, idKey)
	var id string
	if !e.Ready(found, &response.Diagnostics) || json.Unmarshal(text, &id) != nil {
		return
	}
	httpResponse, err := e.Client.ApiTokensAPI.DeleteApiToken(ctx, id).Execute()
	e.CheckDeleted(ctx, object.Ref{Kind: kind, ID: id}, httpResponse, err, &response.Diagnostics)
}
