package member

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// DataSource is data agyn_organization_member.
type DataSource struct {
	object.DataSource
}

// dataModel is all that the server answers.
type dataModel struct {
	model
	Name  types.String `tfsdk:"name"`
	State types.String `tfsdk:"state"`
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
	response.TypeName = request.ProviderTypeName + "_organization_member"
}

// ConfigValidators wants one way to find the member.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("user_id"), path.MatchRoot("email"), path.MatchRoot("name")),
	}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := attributes()
	maps.Copy(attributes, object.FoundBy("email", "name"))
	attributes["user_id"] = schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id of the user."}
	attributes["organization_id"] = object.OrganizationIDOfData()
	response.Schema = schema.Schema{MarkdownDescription: "A member of an organization, found by user id, email or name.", Attributes: attributes}
}

// Read finds the member.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config dataModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	if found, ok := d.find(ctx, config, response); ok {
		state := readData(found)
		state.model = read(found, config.Email)
		response.Diagnostics.Append(response.State.Set(ctx, state)...)
	}
}

func (d *DataSource) find(ctx context.Context, config dataModel, response *datasource.ReadResponse) (*client.Member, bool) {
	if !config.UserID.IsNull() {
		found, _, err := d.Client.MembersAPI.GetMember(ctx, config.OrganizationID.ValueString(), config.UserID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The member cannot be read", err)...)
		}
		return found, err == nil
	}
	query := object.Query{"organization_id": config.OrganizationID, "name": config.Name, "email": config.Email}
	page, _, err := filtered(ctx, d.Client, query).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The member cannot be looked up", err)...)
		return nil, false
	}
	what := "name " + config.Name.ValueString()
	if config.Name.IsNull() {
		what = "email address " + config.Email.ValueString()
	}
	single, ok := object.Single(page.Items, kind, what, &response.Diagnostics)
	return &single, ok
}

func readData(member *client.Member) dataModel {
	return dataModel{
		model: read(member, types.StringNull()),
		Name:  types.StringValue(member.Name),
		State: types.StringValue(string(member.State)),
	}
}

// attributes describes a member as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"user_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the user."},
		"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The user's name."},
		"email":           schema.StringAttribute{Computed: true, MarkdownDescription: "The user's email address."},
		"state":           schema.StringAttribute{Computed: true, MarkdownDescription: "Whether the user is `active` or `suspended`."},
		"role":            schema.StringAttribute{Computed: true, MarkdownDescription: "`owner` or `member`."},
		"created_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "When the user was let in, as in RFC 3339."},
	}
}
