package organization

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.Organization, model] {
	return object.Collection[client.Organization, model]{
		Kind:        kind,
		Type:        "organization",
		Attribute:   "organizations",
		Summary:     "Reads an organization by id, slug or name.",
		Description: "Lists the caller's organizations, or for cluster admins all organizations.",
		Keys:        []string{"id", "slug", "name"},
		Filters: []object.Filter{
			object.NameFilter("organizations"),
			{Name: "slug", Description: "Only the organization with this slug.", Rules: object.Slug()},
			object.SearchFilter("organizations", "name or slug"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.Organization] {
			return with.OrganizationsAPI.GetOrganization(ctx, query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.Organization, error) {
			return api.List[client.Organization](listRequest(ctx, with, query), limit)
		},
		Read: read,
		Result: func(organization *client.Organization) object.Result {
			model := read(organization)
			return object.Result{
				Name:     organization.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListOrganizationsRequest {
	request := with.OrganizationsAPI.ListOrganizations(ctx)
	request = object.With(request, query, "name", client.ApiListOrganizationsRequest.Name)
	request = object.With(request, query, "slug", client.ApiListOrganizationsRequest.Slug)
	return object.With(request, query, "search", client.ApiListOrganizationsRequest.Search)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"name":       schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"slug":       schema.StringAttribute{Computed: true, MarkdownDescription: "The slug."},
		"created_at": schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
