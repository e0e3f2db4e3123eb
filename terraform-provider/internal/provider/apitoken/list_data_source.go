package apitoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListDataSource is data agyn_api_tokens.
type ListDataSource struct {
	object.DataSource
}

type listModel struct {
	queryModel
	APITokens []dataModel `tfsdk:"api_tokens"`
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{}
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_api_tokens"
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "The metadata of the API tokens of the caller, or of the user that a cluster admin chooses, the oldest first.",
		Attributes: map[string]schema.Attribute{
			"user_id":    object.Filter("Only API tokens of this user; the caller if not given.", object.UUID()),
			"api_tokens": object.List("The API tokens.", attributes()),
		},
	}
}

// Read lists the API tokens.
func (d *ListDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config listModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	found, err := api.All[client.ApiToken](filtered(ctx, d.Client, config.queryModel))
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The API tokens cannot be listed", err)...)
		return
	}
	config.APITokens = object.Each(found, readData)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

// filtered is the call that lists what the filters leave.
func filtered(ctx context.Context, with *api.Client, filters queryModel) client.ApiListApiTokensRequest {
	call := with.ApiTokensAPI.ListApiTokens(ctx)
	if !filters.UserID.IsNull() {
		call = call.UserId(filters.UserID.ValueString())
	}
	return call
}
