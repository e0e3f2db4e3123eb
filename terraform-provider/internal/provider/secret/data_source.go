package secret

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

// DataSource is data agyn_secret.
type DataSource struct {
	client *api.Client
}

type dataModel struct {
	ID             types.String `tfsdk:"id"`
	OrganizationID types.String `tfsdk:"organization_id"`
	Name           types.String `tfsdk:"name"`
	Description    types.String `tfsdk:"description"`
	Version        types.Int64  `tfsdk:"version"`
	Fingerprint    types.String `tfsdk:"fingerprint"`
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

// Configure takes the client.
func (d *DataSource) Configure(_ context.Context, request datasource.ConfigureRequest, response *datasource.ConfigureResponse) {
	d.client = object.Client(request.ProviderData, &response.Diagnostics)
}

// ConfigValidators wants one way to find the secret.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name")),
	}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "The metadata of a secret, found by id or by name.",
		Attributes: map[string]schema.Attribute{
			"id":              schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id."},
			"organization_id": schema.StringAttribute{Required: true, MarkdownDescription: "The id of the organization."},
			"name":            schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The name."},
			"description":     schema.StringAttribute{Computed: true, MarkdownDescription: "What the secret is for."},
			"version":         schema.Int64Attribute{Computed: true, MarkdownDescription: "1 at first; it rises with each new value."},
			"fingerprint":     schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the value."},
		},
	}
}

// Read finds the secret.
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
	response.Diagnostics.Append(response.State.Set(ctx, &dataModel{
		ID:             types.StringValue(found.Id),
		OrganizationID: types.StringValue(found.OrganizationId),
		Name:           types.StringValue(found.Name),
		Description:    types.StringPointerValue(found.Description.Get()),
		Version:        types.Int64Value(found.Version),
		Fingerprint:    types.StringValue(found.Fingerprint),
	})...)
}

func (d *DataSource) find(ctx context.Context, config dataModel, response *datasource.ReadResponse) (*client.Secret, bool) {
	organization := config.OrganizationID.ValueString()
	if !config.ID.IsNull() {
		found, _, err := d.client.SecretsAPI.GetSecret(ctx, organization, config.ID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The secret cannot be read", err)...)
		}
		return found, err == nil
	}
	page, _, err := d.client.SecretsAPI.ListSecrets(ctx, organization).Name(config.Name.ValueString()).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The secret cannot be looked up", err)...)
		return nil, false
	}
	single, ok := object.Single(page.Items, kind, "name "+config.Name.ValueString(), &response.Diagnostics)
	return &single, ok
}
