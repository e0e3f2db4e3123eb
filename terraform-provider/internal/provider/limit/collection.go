package limit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.Limit, model] {
	return object.Collection[client.Limit, model]{
		Kind:        kind,
		Type:        "limit",
		Attribute:   "limits",
		Summary:     "Reads a limit by id or name.",
		Description: "Lists the limits of an organization.",
		Keys:        []string{"id", "name"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			object.NameFilter("limits"),
			object.SearchFilter("limits", "name"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.Limit] {
			return with.LimitsAPI.GetLimit(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, maximum int64) ([]client.Limit, error) {
			return api.List[client.Limit](listRequest(ctx, with, query), maximum)
		},
		Read: read,
		Result: func(limit *client.Limit) object.Result {
			model := read(limit)
			return object.Result{
				Name:     limit.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListLimitsRequest {
	request := with.LimitsAPI.ListLimits(ctx, query.Get("organization_id"))
	request = object.With(request, query, "name", client.ApiListLimitsRequest.Name)
	return object.With(request, query, "search", client.ApiListLimitsRequest.Search)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"applies_to": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The calls that the limit counts.",
			Attributes: map[string]schema.Attribute{
				"type": schema.StringAttribute{Computed: true, MarkdownDescription: "`organization`, `user`, `api_token`, `model` or `llm_provider`."},
				"id":   schema.StringAttribute{Computed: true, MarkdownDescription: "One resource of the type; null for each one separately."},
			},
		},
		"measure":    schema.StringAttribute{Computed: true, MarkdownDescription: "The counted quantity, such as `tokens`."},
		"amount":     schema.StringAttribute{Computed: true, MarkdownDescription: "The limit, a whole number."},
		"window":     schema.StringAttribute{Computed: true, MarkdownDescription: "`minute`, `hour`, `day`, `week` or `month`; null for `concurrent_calls`."},
		"action":     schema.StringAttribute{Computed: true, MarkdownDescription: "`block` or `warn`."},
		"created_at": schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
