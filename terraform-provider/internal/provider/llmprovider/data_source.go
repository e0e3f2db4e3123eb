package llmprovider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// DataSource is data agyn_llm_provider.
type DataSource struct {
	object.DataSource
}

// dataModel is all that the server answers.
type dataModel struct {
	model
	HasToken          types.Bool  `tfsdk:"has_token"`
	CustomHeaderNames types.List  `tfsdk:"custom_header_names"`
	ModelCount        types.Int64 `tfsdk:"model_count"`
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
	response.TypeName = request.ProviderTypeName + "_llm_provider"
}

// ConfigValidators wants one way to find the LLM provider.
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
	response.Schema = schema.Schema{MarkdownDescription: "An LLM provider without its credentials, found by id or by name.", Attributes: attributes}
}

// Read finds the LLM provider.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config dataModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	if found, ok := d.find(ctx, config, response); ok {
		response.Diagnostics.Append(response.State.Set(ctx, readData(found))...)
	}
}

func (d *DataSource) find(ctx context.Context, config dataModel, response *datasource.ReadResponse) (*client.LlmProvider, bool) {
	organization := config.OrganizationID.ValueString()
	if !config.ID.IsNull() {
		found, _, err := d.Client.LlmProvidersAPI.GetLlmProvider(ctx, organization, config.ID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be read", err)...)
		}
		return found, err == nil
	}
	page, _, err := d.Client.LlmProvidersAPI.ListLlmProviders(ctx, organization).Name(config.Name.ValueString()).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be looked up", err)...)
		return nil, false
	}
	single, ok := object.Single(page.Items, kind, "name "+config.Name.ValueString(), &response.Diagnostics)
	return &single, ok
}

func readData(provider *client.LlmProvider) dataModel {
	names := make([]attr.Value, 0, len(provider.CustomHeaderNames))
	for _, name := range provider.CustomHeaderNames {
		names = append(names, types.StringValue(name))
	}
	return dataModel{
		model:             read(provider),
		HasToken:          types.BoolValue(provider.HasToken),
		CustomHeaderNames: types.ListValueMust(types.StringType, names),
		ModelCount:        types.Int64Value(provider.ModelCount),
	}
}

// attributes describes an LLM provider as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                      schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":                    schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"endpoint":                schema.StringAttribute{Computed: true, MarkdownDescription: "The base URL of the API."},
		"protocol":                schema.StringAttribute{Computed: true, MarkdownDescription: "`responses` or `anthropic_messages`."},
		"auth_method":             schema.StringAttribute{Computed: true, MarkdownDescription: "`bearer`, `x_api_key` or `custom_headers`."},
		"token_secret_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the secret that holds the token, if one does."},
		"has_token":               schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether a token is stored with the LLM provider itself."},
		"custom_header_names":     schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The names of the custom headers."},
		"credentials_fingerprint": schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the credentials."},
		"model_count":             schema.Int64Attribute{Computed: true, MarkdownDescription: "How many models point at the LLM provider."},
		"created_at":              schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made, as in RFC 3339."},
	}
}
