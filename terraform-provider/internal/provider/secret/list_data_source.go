package secret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListDataSource is data agyn_secrets.
type ListDataSource struct {
	object.DataSource
}

type listModel struct {
	queryModel
	Secrets []model `tfsdk:"secrets"`
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{}
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_secrets"
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "The metadata of the secrets of an organization, the oldest first.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationIDOfData(),
			"name":            object.Filter("Only the secret with exactly this name.", object.Text(128)...),
			"secrets":         object.List("The secrets.", attributes()),
		},
	}
}

// Read lists the secrets.
func (d *ListDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config listModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	found, err := api.All[client.Secret](filtered(ctx, d.Client, config.queryModel))
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The secrets cannot be listed", err)...)
		return
	}
	config.Secrets = object.Each(found, read)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

// filtered is the call that lists what the filters leave.
func filtered(ctx context.Context, with *api.Client, filters queryModel) client.ApiListSecretsRequest {
	call := with.SecretsAPI.ListSecrets(ctx, filters.OrganizationID.ValueString())
	if !filters.Name.IsNull() {
		call = call.Name(filters.Name.ValueString())
	}
	return call
}
