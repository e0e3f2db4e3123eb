package member

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// dataModel is the complete member.
type dataModel struct {
	model
	Name   types.String `tfsdk:"name"`
	State  types.String `tfsdk:"state"`
	Source types.String `tfsdk:"source"`
}

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.Member, dataModel] {
	return object.Collection[client.Member, dataModel]{
		Kind:        kind,
		Type:        "organization_member",
		Attribute:   "members",
		Summary:     "Reads a member of an organization by user id, username, email address or name.",
		Description: "Lists the members of an organization.",
		Keys:        []string{"user_id", "username", "email", "name"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			object.NameFilter("members"),
			object.UsernameFilter("members"),
			object.EmailFilter("members"),
			object.SearchFilter("members", "name, username or email address"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.Member] {
			return with.MembersAPI.GetMember(ctx, query.Get("organization_id"), query.Get("user_id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.Member, error) {
			return api.List[client.Member](listRequest(ctx, with, query), limit)
		},
		Read: func(member *client.Member) dataModel {
			return dataModel{
				model:  read(member, types.StringNull()),
				Name:   types.StringValue(member.Name),
				State:  types.StringValue(string(member.State)),
				Source: types.StringValue(string(member.Source)),
			}
		},
		Result: func(member *client.Member) object.Result {
			model := read(member, types.StringNull())
			return object.Result{
				Name:     member.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListMembersRequest {
	request := with.MembersAPI.ListMembers(ctx, query.Get("organization_id"))
	request = object.With(request, query, "name", client.ApiListMembersRequest.Name)
	request = object.With(request, query, "username", client.ApiListMembersRequest.Username)
	request = object.With(request, query, "email", client.ApiListMembersRequest.Email)
	return object.With(request, query, "search", client.ApiListMembersRequest.Search)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"user_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the user."},
		"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The user's name."},
		"username":        schema.StringAttribute{Computed: true, MarkdownDescription: "The user's username."},
		"email":           schema.StringAttribute{Computed: true, MarkdownDescription: "The user's email address."},
		"state":           schema.StringAttribute{Computed: true, MarkdownDescription: "The user's state, `active` or `suspended`."},
		"source":          schema.StringAttribute{Computed: true, MarkdownDescription: "`manual` for a member added by hand, or `group` for one by a group mapping."},
		"role":            schema.StringAttribute{Computed: true, MarkdownDescription: "`owner` or `member`."},
		"created_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "The time when the user became a member (RFC 3339)."},
	}
}
