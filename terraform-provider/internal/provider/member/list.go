package member

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// NewListDataSource makes data agyn_organization_members.
func NewListDataSource() datasource.DataSource {
	return object.NewListDataSource(collection())
}

// NewListResource makes list agyn_organization_member.
func NewListResource() list.ListResource {
	return object.NewListResource(collection())
}

func collection() object.Collection[client.Member, dataModel] {
	return object.Collection[client.Member, dataModel]{
		Kind:        kind,
		Type:        "organization_member",
		Attribute:   "members",
		Description: "members of an organization",
		Filters: []object.Filter{
			object.InOrganization(),
			object.ByName("members"),
			object.ByEmail("the member"),
		},
		Attributes: attributes,
		List: func(ctx context.Context, with *api.Client, query object.Query, most int64) ([]client.Member, error) {
			return api.AtMost[client.Member](filtered(ctx, with, query), most)
		},
		Read: readData,
		Result: func(member *client.Member) object.Result {
			model := read(member, types.StringNull())
			return object.Result{
				Name:     member.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NoTimeouts()},
			}
		},
	}
}

// filtered is the call that lists what a query leaves.
func filtered(ctx context.Context, with *api.Client, query object.Query) client.ApiListMembersRequest {
	organization, _ := query.Get("organization_id")
	call := with.MembersAPI.ListMembers(ctx, organization)
	if name, ok := query.Get("name"); ok {
		call = call.Name(name)
	}
	if email, ok := query.Get("email"); ok {
		call = call.Email(email)
	}
	return call
}
