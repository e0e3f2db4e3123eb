package llmmodel

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// NewListDataSource makes data agyn_llm_models.
func NewListDataSource() datasource.DataSource {
	return object.NewListDataSource(collection())
}

// NewListResource makes list agyn_llm_model.
func NewListResource() list.ListResource {
	return object.NewListResource(collection())
}

func collection() object.Collection[client.Model, model] {
	return object.Collection[client.Model, model]{
		Kind:        kind,
		Type:        "llm_model",
		Attribute:   "models",
		Description: "models of an organization",
		Filters: []object.Filter{
			object.InOrganization(),
			object.ByName("the model"),
		},
		Attributes: attributes,
		List: func(ctx context.Context, with *api.Client, query object.Query, most int64) ([]client.Model, error) {
			return api.AtMost[client.Model](filtered(ctx, with, query), most)
		},
		Read: read,
		Result: func(found *client.Model) object.Result {
			model := read(found)
			return object.Result{
				Name:     found.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NoTimeouts()},
			}
		},
	}
}

// filtered is the call that lists what a query leaves.
func filtered(ctx context.Context, with *api.Client, query object.Query) client.ApiListModelsRequest {
	organization, _ := query.Get("organization_id")
	call := with.ModelsAPI.ListModels(ctx, organization)
	if name, ok := query.Get("name"); ok {
		call = call.Name(name)
	}
	return call
}
