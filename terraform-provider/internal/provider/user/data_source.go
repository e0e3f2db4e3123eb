package user

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

// DataSource is data agyn_user.
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
	response.TypeName = request.ProviderTypeName + "_user"
}

// ConfigValidators wants one way to find the user.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("email"), path.MatchRoot("name")),
	}
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := attributes()
	maps.Copy(attributes, object.FoundBy("id", "email", "name"))
	response.Schema = schema.Schema{MarkdownDescription: "A user, found by id, email or name. For cluster admins.", Attributes: attributes}
}

// Read finds the user.
func (d *DataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config model
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	if found, ok := d.find(ctx, config, response); ok {
		state := read(found)
		// Case does not tell addresses apart; terraform wants the one that is configured.
		if object.Given(config.Email) {
			state.Email = config.Email
		}
		response.Diagnostics.Append(response.State.Set(ctx, state)...)
	}
}

func (d *DataSource) find(ctx context.Context, config model, response *datasource.ReadResponse) (*client.User, bool) {
	if !config.ID.IsNull() {
		found, _, err := d.Client.UsersAPI.GetUser(ctx, config.ID.ValueString()).Execute()
		if err != nil {
			response.Diagnostics.Append(api.Diagnose("The user cannot be read", err)...)
		}
		return found, err == nil
	}
	page, _, err := filtered(ctx, d.Client, object.Query{"name": config.Name, "email": config.Email}).Execute()
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The user cannot be looked up", err)...)
		return nil, false
	}
	what := "name " + config.Name.ValueString()
	if config.Name.IsNull() {
		what = "email address " + config.Email.ValueString()
	}
	single, ok := object.Single(page.Items, kind, what, &response.Diagnostics)
	return &single, ok
}

// attributes describes a user as the server answers it.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"name":       schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"email":      schema.StringAttribute{Computed: true, MarkdownDescription: "The email address; null for the first administrator until one is given."},
		"role":       schema.StringAttribute{Computed: true, MarkdownDescription: "`cluster_admin` or `user`."},
		"state":      schema.StringAttribute{Computed: true, MarkdownDescription: "`active` or `suspended`."},
		"created_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made, as in RFC 3339."},
	}
}
