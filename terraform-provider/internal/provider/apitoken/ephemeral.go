package apitoken

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// lifetime is how long an ephemeral API token works at most, should nobody be left to revoke it.
const lifetime = time.Hour

// openedKey is where the private state has the id of the token.
const openedKey = "id"

// Ephemeral is ephemeral agyn_api_token.
type Ephemeral struct {
	object.Ephemeral
}

type ephemeralModel struct {
	ID             types.String `tfsdk:"id"`
	UserID         types.String `tfsdk:"user_id"`
	Description    types.String `tfsdk:"description"`
	OrganizationID types.String `tfsdk:"organization_id"`
	Lifetime       types.String `tfsdk:"lifetime"`
	ExpiresAt      types.String `tfsdk:"expires_at"`
	Token          types.String `tfsdk:"token"`
}

var (
	_ ephemeral.EphemeralResourceWithClose     = (*Ephemeral)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*Ephemeral)(nil)
)

// NewEphemeral makes the ephemeral resource.
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
		MarkdownDescription: "An API token for the time of one plan or apply: it is made when it is first needed, and revoked at the end. " +
			"It stands neither in the state nor in a plan, and can be handed to the configuration of another provider.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
			"user_id": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: "The id of the user whose token it is, whom only a cluster admin may choose; the caller if not given.",
				Validators:          []validator.String{object.UUID()},
			},
			"description": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "What the token is for, 1 to 128 characters.",
				Validators:          object.Text(128),
			},
			"organization_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The id of the only organization that the token reaches; all that its user reaches if not given.",
				Validators:          []validator.String{object.UUID()},
			},
			"lifetime": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long the token works at most, such as `30m` or `4h`; an hour if not given. It is there for a " +
					"terraform that is killed before it revokes the token.",
				Validators: []validator.String{object.Duration()},
			},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When the token stops working, as in RFC 3339."},
			"token":      schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The plaintext."},
		},
	}
}

// Open makes the API token.
func (e *Ephemeral) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	var config ephemeralModel
	if !e.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	expiry := time.Now().Add(lifetime)
	if chosen, err := time.ParseDuration(config.Lifetime.ValueString()); err == nil {
		expiry = time.Now().Add(chosen)
	}
	body := client.ApiTokenCreate{
		Description: config.Description.ValueString(), UserId: object.Optional(config.UserID),
		OrganizationId: object.Optional(config.OrganizationID), ExpiresAt: &expiry,
	}
	made := create(ctx, e.Client, body, &response.Diagnostics)
	if made == nil {
		return
	}
	config.ID = types.StringValue(made.Id)
	config.UserID = types.StringValue(made.UserId)
	config.ExpiresAt = object.Time(made.ExpiresAt.Get())
	config.Token = types.StringPointerValue(made.Token)
	response.Diagnostics.Append(response.Result.Set(ctx, config)...)
	id, err := json.Marshal(made.Id)
	if err == nil {
		response.Diagnostics.Append(response.Private.SetKey(ctx, openedKey, id)...)
	}
}

// Close revokes the API token.
func (e *Ephemeral) Close(ctx context.Context, request ephemeral.CloseRequest, response *ephemeral.CloseResponse) {
	text, found := request.Private.GetKey(ctx, openedKey)
	var id string
	if !e.Ready(found, &response.Diagnostics) || json.Unmarshal(text, &id) != nil {
		return
	}
	answer, err := e.Client.ApiTokensAPI.DeleteApiToken(ctx, id).Execute()
	e.Deleted(ctx, object.Thing{Kind: kind, ID: id}, answer, err, &response.Diagnostics)
}
