package llmmodel

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListDataSource is data agyn_llm_models.
type ListDataSource struct {
	object.DataSource
}

type listModel struct {
	queryModel
	Models []model `tfsdk:"models"`
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{}
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_llm_models"
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "The models of an organization, the oldest first.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationIDOfData(),
			"name":            object.Filter("Only the model with exactly this name.", object.Text(128)...),
			"models":          object.List("The models.", attributes()),
		},
	}
}

// Read lists the models.
func (d *ListDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config listModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	found, err := api.All[client.Model](filtered(ctx, d.Client, config.queryModel))
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The models cannot be listed", err)...)
		return
	}
	config.Models = object.Each(found, read)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

// filtered is the call that lists what the filters leave.
func filtered(ctx context.Context, with *api.Client, filters queryModel) client.ApiListModelsRequest {
	call := with.ModelsAPI.ListModels(ctx, filters.OrganizationID.ValueString())
	if !filters.Name.IsNull() {
		call = call.Name(filters.Name.ValueString())
	}
	return call
}
