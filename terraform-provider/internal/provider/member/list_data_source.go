package member

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListDataSource is data agyn_organization_members.
type ListDataSource struct {
	object.DataSource
}

type listModel struct {
	queryModel
	Members []dataModel `tfsdk:"members"`
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource {
	return &ListDataSource{}
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_organization_members"
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "The members of an organization, the oldest first.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationIDOfData(),
			"name":            object.Filter("Only members with exactly this name.", object.Text(128)...),
			"email":           object.Filter("Only the member with this email address, whatever its case.", object.Email()...),
			"members":         object.List("The members.", attributes()),
		},
	}
}

// Read lists the members.
func (d *ListDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var config listModel
	if !d.Ready(request.Config.Get(ctx, &config), &response.Diagnostics) {
		return
	}
	found, err := api.All[client.Member](filtered(ctx, d.Client, config.queryModel))
	if err != nil {
		response.Diagnostics.Append(api.Diagnose("The members cannot be listed", err)...)
		return
	}
	config.Members = object.Each(found, readData)
	response.Diagnostics.Append(response.State.Set(ctx, config)...)
}

// filtered is the call that lists what the filters leave.
func filtered(ctx context.Context, with *api.Client, filters queryModel) client.ApiListMembersRequest {
	call := with.MembersAPI.ListMembers(ctx, filters.OrganizationID.ValueString())
	if !filters.Name.IsNull() {
		call = call.Name(filters.Name.ValueString())
	}
	if !filters.Email.IsNull() {
		call = call.Email(filters.Email.ValueString())
	}
	return call
}
