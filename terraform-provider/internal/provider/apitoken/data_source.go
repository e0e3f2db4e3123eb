package apitoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// DataSource is data agyn_api_token.
type DataSource struct {
	object.DataSource
}

// dataModel is all that the server answers.
type dataModel struct {
	model
	LastUsedAt types.String `tfsdk:"last_used_at"`
}

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{}
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_api_token"
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := attributes()
	attributes["id"] = schema.StringAttribute{Required: true, MarkdownDescription: "The id.", Validators: []validator.String{object.UUID()}}
	response.Schema = schema.Schema{MarkdownDescription: "The metadata of an API token, found by id.", Attributes: attributes}
}

// Read finds the API token.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config dataModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	found, _, err := d.Client.ApiTokensAPI.GetApiToken(ctx, config.ID.ValueString()).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The API token cannot be read", err)...)
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, readData(found))...)
}

func readData(token *client.ApiToken) dataModel {
	return dataModel{model: read(token, timetypes.NewRFC3339Null()), LastUsedAt: object.Time(token.LastUsedAt.Get())}
}

// attributes describes an API token as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                  schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"user_id":             schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the user whose token it is."},
		"description":         schema.StringAttribute{Computed: true, MarkdownDescription: "What the token is for."},
		"organization_id":     schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the only organization that the token reaches, if it is bound to one."},
		"expires_at":          schema.StringAttribute{CustomType: timetypes.RFC3339Type{}, Computed: true, MarkdownDescription: "When the token stops working, as in RFC 3339; null if it does not expire."},
		"prefix":              schema.StringAttribute{Computed: true, MarkdownDescription: "The plaintext's first characters, to tell tokens apart."},
		"created_by_token_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the API token that created it, and with which it is revoked; null if none did."},
		"last_used_at":        schema.StringAttribute{Computed: true, MarkdownDescription: "When the token was last used, to the minute; null if it never was."},
		"created_at":          schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made, as in RFC 3339."},
	}
}
