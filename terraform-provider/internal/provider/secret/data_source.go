package secret

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

// DataSource is data agyn_secret.
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
	response.TypeName = request.ProviderTypeName + "_secret"
}

// ConfigValidators wants one way to find the secret.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name")),
	}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := attributes()
	maps.Copy(attributes, object.FoundBy("id", "name"))
	attributes["organization_id"] = object.OrganizationIDOfData()
	response.Schema = schema.Schema{MarkdownDescription: "The metadata of a secret, found by id or by name.", Attributes: attributes}
}

// Read finds the secret.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config model
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	if found, ok := d.find(ctx, config, response); ok {
		response.Diagnostics.Append(response.State.Set(ctx, read(found))...)
	}
}

func (d *DataSource) find(ctx context.Context, config model, response *datasource.ReadResponse) (*client.Secret, bool) {
	organization := config.OrganizationID.ValueString()
	if !config.ID.IsNull() {
		found, _, err := d.Client.SecretsAPI.GetSecret(ctx, organization, config.ID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The secret cannot be read", err)...)
		}
		return found, err == nil
	}
	page, _, err := d.Client.SecretsAPI.ListSecrets(ctx, organization).Name(config.Name.ValueString()).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The secret cannot be looked up", err)...)
		return nil, false
	}
	single, ok := object.Single(page.Items, kind, "name "+config.Name.ValueString(), &response.Diagnostics)
	return &single, ok
}

// attributes describes a secret as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"description":     schema.StringAttribute{Computed: true, MarkdownDescription: "What the secret is for."},
		"version":         schema.Int64Attribute{Computed: true, MarkdownDescription: "1 at first; it rises with each new value."},
		"fingerprint":     schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the value."},
		"created_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made, as in RFC 3339."},
	}
}
