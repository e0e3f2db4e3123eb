package organization

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// DataSource is data agyn_organization.
type DataSource struct {
	object.DataSource
}

var (
	_ datasource.DataSourceWithConfigure        = (*DataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*DataSource)(nil)
)

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{}
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_organization"
}

// ConfigValidators wants one way to find the organization.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("slug"), path.MatchRoot("name")),
	}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := attributes()
	maps.Copy(attributes, object.FoundBy("id", "name", "slug"))
	response.Schema = schema.Schema{MarkdownDescription: "An organization, found by id, slug or name.", Attributes: attributes}
}

// Read finds the organization.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config model
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	if found, ok := d.find(ctx, config, response); ok {
		response.Diagnostics.Append(response.State.Set(ctx, read(found))...)
	}
}

func (d *DataSource) find(ctx context.Context, config model, response *datasource.ReadResponse) (*client.Organization, bool) {
	if !config.ID.IsNull() {
		found, _, err := d.Client.OrganizationsAPI.GetOrganization(ctx, config.ID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The organization cannot be read", err)...)
		}
		return found, err == nil
	}
	call := d.Client.OrganizationsAPI.ListOrganizations(ctx)
	what := "name " + config.Name.ValueString()
	if config.Slug.IsNull() {
		call = call.Name(config.Name.ValueString())
	} else {
		call = call.Slug(config.Slug.ValueString())
		what = "slug " + config.Slug.ValueString()
	}
	page, _, err := call.Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The organization cannot be looked up", err)...)
		return nil, false
	}
	single, ok := object.Single(page.Items, kind, what, &response.Diagnostics)
	return &single, ok
}

// attributes describes an organization as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"name":       schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"slug":       schema.StringAttribute{Computed: true, MarkdownDescription: "The slug."},
		"created_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made, as in RFC 3339."},
	}
}
