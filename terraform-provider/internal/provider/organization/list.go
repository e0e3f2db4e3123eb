package organization

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// NewListDataSource makes data agyn_organizations.
func NewListDataSource() datasource.DataSource {
	return object.NewListDataSource(collection())
}

// NewListResource makes list agyn_organization.
func NewListResource() list.ListResource {
	return object.NewListResource(collection())
}

func collection() object.Collection[client.Organization, model] {
	return object.Collection[client.Organization, model]{
		Kind:        kind,
		Type:        "organization",
		Attribute:   "organizations",
		Description: "organizations that the caller belongs to, or all for a cluster admin",
		Filters: []object.Filter{
			object.ByName("organizations"),
			{Name: "slug", Description: "Only the organization with this slug.", Rules: object.Slug()},
		},
		Attributes: attributes,
		List: func(ctx context.Context, with *api.Client, query object.Query, most int64) ([]client.Organization, error) {
			return api.AtMost[client.Organization](filtered(ctx, with, query), most)
		},
		Read: read,
		Result: func(organization *client.Organization) object.Result {
			model := read(organization)
			return object.Result{
				Name:     organization.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NoTimeouts()},
			}
		},
	}
}

// filtered is the call that lists what a query leaves.
func filtered(ctx context.Context, with *api.Client, query object.Query) client.ApiListOrganizationsRequest {
	call := with.OrganizationsAPI.ListOrganizations(ctx)
	if name, ok := query.Get("name"); ok {
		call = call.Name(name)
	}
	if slug, ok := query.Get("slug"); ok {
		call = call.Slug(slug)
	}
	return call
}
