package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListDataSource is data agyn_users.
type ListDataSource struct {
	object.DataSource
}

type listModel struct {
	queryModel
	Users []model `tfsdk:"users"`
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{}
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_users"
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "The users, the oldest first. For cluster admins.",
		Attributes: map[string]schema.Attribute{
			"name":  object.Filter("Only users with exactly this name.", object.Text(128)...),
			"email": object.Filter("Only the user with this email address, whatever its case.", object.Email()...),
			"users": object.List("The users.", attributes()),
		},
	}
}

// Read lists the users.
func (d *ListDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config listModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	found, err := api.All[client.User](filtered(ctx, d.Client, config.queryModel))
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The users cannot be listed", err)...)
		return
	}
	config.Users = object.Each(found, read)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

// filtered is the call that lists what the filters leave.
func filtered(ctx context.Context, with *api.Client, filters queryModel) client.ApiListUsersRequest {
	call := with.UsersAPI.ListUsers(ctx)
	if !filters.Name.IsNull() {
		call = call.Name(filters.Name.ValueString())
	}
	if !filters.Email.IsNull() {
		call = call.Email(filters.Email.ValueString())
	}
	return call
}
