package llmmodel

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.Model, model] {
	return object.Collection[client.Model, model]{
		Kind:        kind,
		Type:        "llm_model",
		Attribute:   "models",
		Summary:     "Reads a model by id or name.",
		Description: "Lists the models of an organization.",
		Keys:        []string{"id", "name"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			object.NameFilter("models"),
			object.SearchFilter("models", "name or alias"),
			object.IDFilter("provider_id", "Only models of this LLM provider."),
			object.EnumFilter("status", "Only models with this status", client.AllowedModelStatusEnumValues),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.Model] {
			return with.ModelsAPI.GetModel(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.Model, error) {
			return api.List[client.Model](listRequest(ctx, with, query), limit)
		},
		Read: read,
		Result: func(found *client.Model) object.Result {
			model := read(found)
			return object.Result{
				Name:     found.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListModelsRequest {
	request := with.ModelsAPI.ListModels(ctx, query.Get("organization_id"))
	request = object.With(request, query, "name", client.ApiListModelsRequest.Name)
	request = object.With(request, query, "search", client.ApiListModelsRequest.Search)
	request = object.With(request, query, "provider_id", client.ApiListModelsRequest.ProviderId)
	return object.With(request, query, "status", client.ApiListModelsRequest.Status)
}

func attributes() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"id":                  schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id":     schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":                schema.StringAttribute{Computed: true, MarkdownDescription: "The name that agents call."},
		"provider_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the LLM provider; null if it was deleted."},
		"alias":               schema.StringAttribute{Computed: true, MarkdownDescription: "A second name that agents can call."},
		"codex_catalog_entry": schema.StringAttribute{Computed: true, MarkdownDescription: "A JSON object whose members replace those of the model's entry in Codex' model catalogue."},
		"keep_alive_seconds":  schema.Int32Attribute{Computed: true, MarkdownDescription: "How many seconds a stream of the LLM provider may be silent before the agent gets a keep-alive; 0 for none, null for the server's setting."},
		"remote_model_name":   schema.StringAttribute{Computed: true, MarkdownDescription: "The model's name at the LLM provider."},
		"status":              schema.StringAttribute{Computed: true, MarkdownDescription: "`ready`, or `orphaned` if the LLM provider was deleted."},
		"created_at":          schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
	maps.Copy(all, computedRouting())
	return all
}
