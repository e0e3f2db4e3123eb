package llmmodel

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

// DataSource is data agyn_llm_model.
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
	response.TypeName = request.ProviderTypeName + "_llm_model"
}

// ConfigValidators wants one way to find the model.
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
	response.Schema = schema.Schema{MarkdownDescription: "A model, found by id or by name.", Attributes: attributes}
}

// Read finds the model.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config model
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	if found, ok := d.find(ctx, config, response); ok {
		response.Diagnostics.Append(response.State.Set(ctx, read(found))...)
	}
}

func (d *DataSource) find(ctx context.Context, config model, response *datasource.ReadResponse) (*client.Model, bool) {
	organization := config.OrganizationID.ValueString()
	if !config.ID.IsNull() {
		found, _, err := d.Client.ModelsAPI.GetModel(ctx, organization, config.ID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The model cannot be read", err)...)
		}
		return found, err == nil
	}
	page, _, err := d.Client.ModelsAPI.ListModels(ctx, organization).Name(config.Name.ValueString()).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The model cannot be looked up", err)...)
		return nil, false
	}
	single, ok := object.Single(page.Items, kind, "name "+config.Name.ValueString(), &response.Diagnostics)
	return &single, ok
}

// attributes describes a model as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id":   schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":              schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"provider_id":       schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the LLM provider; null once orphaned."},
		"remote_model_name": schema.StringAttribute{Computed: true, MarkdownDescription: "The model's name at the provider."},
		"status":            schema.StringAttribute{Computed: true, MarkdownDescription: "`ready` or `orphaned`."},
		"created_at":        schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made, as in RFC 3339."},
	}
}
