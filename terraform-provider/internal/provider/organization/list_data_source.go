package organization

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListDataSource is data agyn_organizations.
type ListDataSource struct {
	object.DataSource
}

type listModel struct {
	queryModel
	Organizations []model `tfsdk:"organizations"`
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{}
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_organizations"
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "The organizations that the caller belongs to, or all for a cluster admin, the oldest first.",
		Attributes: map[string]schema.Attribute{
			"name":          object.Filter("Only organizations with exactly this name.", object.Text(128)...),
			"slug":          object.Filter("Only the organization with this slug.", object.Slug()...),
			"organizations": object.List("The organizations.", attributes()),
		},
	}
}

// Read lists the organizations.
func (d *ListDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config listModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	found, err := api.All[client.Organization](filtered(ctx, d.Client, config.queryModel))
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organizations cannot be listed", err)...)
		return
	}
	config.Organizations = object.Each(found, read)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

// filtered is the call that lists what the filters leave.
func filtered(ctx context.Context, with *api.Client, filters queryModel) client.ApiListOrganizationsRequest {
	call := with.OrganizationsAPI.ListOrganizations(ctx)
	if !filters.Name.IsNull() {
		call = call.Name(filters.Name.ValueString())
	}
	if !filters.Slug.IsNull() {
		call = call.Slug(filters.Slug.ValueString())
	}
	return call
}
