package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// dataModel adds the name of the id in agyn_cluster_admin, and the id that the identity provider gives the user.
type dataModel struct {
	model
	IdentityID  types.String `tfsdk:"identity_id"`
	OIDCSubject types.String `tfsdk:"oidc_subject"`
}

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.User, dataModel] {
	return object.Collection[client.User, dataModel]{
		Kind:        kind,
		Type:        "user",
		Attribute:   "users",
		Summary:     "Reads a user by id, username, id at the identity provider, email address or name. Only for cluster admins.",
		Description: "Lists users. Only for cluster admins.",
		Keys:        []string{"id", "username", "oidc_subject", "email", "name"},
		Filters: []object.Filter{
			object.NameFilter("users"),
			object.UsernameFilter("users"),
			object.EmailFilter("users"),
			object.SearchFilter("users", "name, username or email address"),
			object.EnumFilter("role", "Only users with this role", client.AllowedRoleEnumValues),
			object.EnumFilter("state", "Only users in this state", client.AllowedUserStateEnumValues),
			subjectFilter(),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.User] {
			return with.UsersAPI.GetUser(ctx, query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.User, error) {
			return api.List[client.User](listRequest(ctx, with, query), limit)
		},
		Read: func(user *client.User) dataModel {
			return dataModel{model: read(user), IdentityID: types.StringValue(user.Id), OIDCSubject: types.StringPointerValue(user.OidcSubject.Get())}
		},
		Result: func(user *client.User) object.Result {
			model := read(user)
			return object.Result{
				Name:     user.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListUsersRequest {
	request := with.UsersAPI.ListUsers(ctx)
	request = object.With(request, query, "name", client.ApiListUsersRequest.Name)
	request = object.With(request, query, "username", client.ApiListUsersRequest.Username)
	request = object.With(request, query, "email", client.ApiListUsersRequest.Email)
	request = object.With(request, query, "search", client.ApiListUsersRequest.Search)
	request = object.With(request, query, "role", client.ApiListUsersRequest.Role)
	request = object.With(request, query, "state", client.ApiListUsersRequest.State)
	return object.With(request, query, "oidc_subject", client.ApiListUsersRequest.OidcSubject)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":           schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"identity_id":  schema.StringAttribute{Computed: true, MarkdownDescription: "The id, as `agyn_cluster_admin` takes it."},
		"name":         schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"username":     schema.StringAttribute{Computed: true, MarkdownDescription: "The username."},
		"email":        schema.StringAttribute{Computed: true, MarkdownDescription: "The email address; null without one."},
		"oidc_subject": schema.StringAttribute{Computed: true, MarkdownDescription: "The user's id at the identity provider, its claim `sub`; null before the first sign-in."},
		"role":         schema.StringAttribute{Computed: true, MarkdownDescription: "`cluster_admin` or `user`."},
		"state":        schema.StringAttribute{Computed: true, MarkdownDescription: "`active` or `suspended`."},
		"created_at":   schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}

func subjectFilter() object.Filter {
	return object.Filter{Name: "oidc_subject", Description: "Only the user with this id at the identity provider.", Rules: object.Text(255)}
}
