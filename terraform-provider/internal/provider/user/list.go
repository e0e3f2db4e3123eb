package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// NewListDataSource makes data agyn_users.
func NewListDataSource() datasource.DataSource {
	return object.NewListDataSource(collection())
}

// NewListResource makes list agyn_user.
func NewListResource() list.ListResource {
	return object.NewListResource(collection())
}

func collection() object.Collection[client.User, model] {
	return object.Collection[client.User, model]{
		Kind:        kind,
		Type:        "user",
		Attribute:   "users",
		Description: "users, for cluster admins",
		Filters: []object.Filter{
			object.ByName("users"),
			object.ByEmail("the user"),
		},
		Attributes: attributes,
		List: func(ctx context.Context, with *api.Client, query object.Query, most int64) ([]client.User, error) {
			return api.AtMost[client.User](filtered(ctx, with, query), most)
		},
		Read: read,
		Result: func(user *client.User) object.Result {
			model := read(user)
			return object.Result{
				Name:     user.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NoTimeouts()},
			}
		},
	}
}

// filtered is the call that lists what a query leaves.
func filtered(ctx context.Context, with *api.Client, query object.Query) client.ApiListUsersRequest {
	call := with.UsersAPI.ListUsers(ctx)
	if name, ok := query.Get("name"); ok {
		call = call.Name(name)
	}
	if email, ok := query.Get("email"); ok {
		call = call.Email(email)
	}
	return call
}
