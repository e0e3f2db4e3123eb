package llmprovider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
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
	client *api.Client
}

type dataModel struct {
	ID                     types.String `tfsdk:"id"`
	OrganizationID         types.String `tfsdk:"organization_id"`
	Name                   types.String `tfsdk:"name"`
	Endpoint               types.String `tfsdk:"endpoint"`
	Protocol               types.String `tfsdk:"protocol"`
	AuthMethod             types.String `tfsdk:"auth_method"`
	TokenSecretID          types.String `tfsdk:"token_secret_id"`
	HasToken               types.Bool   `tfsdk:"has_token"`
	CustomHeaderNames      types.List   `tfsdk:"custom_header_names"`
	CredentialsFingerprint types.String `tfsdk:"credentials_fingerprint"`
	ModelCount             types.Int64  `tfsdk:"model_count"`
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

// Configure takes the client.
func (d *DataSource) Configure(_ context.Context, request datasource.ConfigureRequest, response *datasource.ConfigureResponse) {
	d.client = object.Client(request.ProviderData, &response.Diagnostics)
}

// ConfigValidators wants one way to find the LLM provider.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name")),
	}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "An LLM provider without its credentials, found by id or by name.",
		Attributes: map[string]schema.Attribute{
			"id":                      schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id."},
			"organization_id":         schema.StringAttribute{Required: true, MarkdownDescription: "The id of the organization."},
			"name":                    schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The name."},
			"endpoint":                schema.StringAttribute{Computed: true, MarkdownDescription: "The base URL of the API."},
			"protocol":                schema.StringAttribute{Computed: true, MarkdownDescription: "`responses` or `anthropic_messages`."},
			"auth_method":             schema.StringAttribute{Computed: true, MarkdownDescription: "`bearer`, `x_api_key` or `custom_headers`."},
			"token_secret_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the secret that holds the token, if one does."},
			"has_token":               schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether a token is stored with the LLM provider itself."},
			"custom_header_names":     schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The names of the custom headers."},
			"credentials_fingerprint": schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the credentials."},
			"model_count":             schema.Int64Attribute{Computed: true, MarkdownDescription: "How many models point at the LLM provider."},
		},
	}
}

// Read finds the LLM provider.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config dataModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if response.Diagnostics.HasError() || !object.RequireClient(d.client, &response.Diagnostics) {
		return
	}
	found, ok := d.find(ctx, config, response)
	if !ok {
		return
	}
	headerNames, diagnostics := types.ListValueFrom(ctx, types.StringType, found.CustomHeaderNames)
	response.Diagnostics.Append(diagnostics...)
	response.Diagnostics.Append(response.State.Set(ctx, &dataModel{
		ID:                     types.StringValue(found.Id),
		OrganizationID:         types.StringValue(found.OrganizationId),
		Name:                   types.StringValue(found.Name),
		Endpoint:               types.StringValue(found.Endpoint),
		Protocol:               types.StringValue(string(found.Protocol)),
		AuthMethod:             types.StringValue(string(found.AuthMethod)),
		TokenSecretID:          types.StringPointerValue(found.TokenSecretId.Get()),
		HasToken:               types.BoolValue(found.HasToken),
		CustomHeaderNames:      headerNames,
		CredentialsFingerprint: types.StringValue(found.CredentialsFingerprint),
		ModelCount:             types.Int64Value(found.ModelCount),
	})...)
}

func (d *DataSource) find(ctx context.Context, config dataModel, response *datasource.ReadResponse) (*client.LlmProvider, bool) {
	organization := config.OrganizationID.ValueString()
	if !config.ID.IsNull() {
		found, _, err := d.client.LlmProvidersAPI.GetLlmProvider(ctx, organization, config.ID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be read", err)...)
		}
		return found, err == nil
	}
	page, _, err := d.client.LlmProvidersAPI.ListLlmProviders(ctx, organization).Name(config.Name.ValueString()).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The LLM provider cannot be looked up", err)...)
		return nil, false
	}
	single, ok := object.Single(page.Items, kind, "name "+config.Name.ValueString(), &response.Diagnostics)
	return &single, ok
}
