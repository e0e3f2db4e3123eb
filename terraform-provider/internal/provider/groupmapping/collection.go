package groupmapping

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.GroupMapping, model] {
	return object.Collection[client.GroupMapping, model]{
		Kind:        kind,
		Type:        "group_mapping",
		Attribute:   "group_mappings",
		Summary:     "Reads a group mapping by id or group. Only for owners of the organization and cluster admins.",
		Description: "Lists the group mappings of an organization. Only for its owners and cluster admins.",
		Keys:        []string{"id", "group"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			{Name: "group", Description: "Only the mapping of this group.", Rules: object.Group()},
			object.SearchFilter("mappings", "group"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.GroupMapping] {
			return with.GroupMappingsAPI.GetGroupMapping(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.GroupMapping, error) {
			return api.List[client.GroupMapping](listRequest(ctx, with, query), limit)
		},
		Read: read,
		Result: func(mapping *client.GroupMapping) object.Result {
			model := read(mapping)
			return object.Result{
				Name:     mapping.Group,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListGroupMappingsRequest {
	request := with.GroupMappingsAPI.ListGroupMappings(ctx, query.Get("organization_id"))
	request = object.With(request, query, "group", client.ApiListGroupMappingsRequest.Group)
	return object.With(request, query, "search", client.ApiListGroupMappingsRequest.Search)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"group":           schema.StringAttribute{Computed: true, MarkdownDescription: "The name of the group, as the identity provider sends it."},
		"role":            schema.StringAttribute{Computed: true, MarkdownDescription: "`owner` or `member`."},
		"created_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
