package llmprovider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// NewListDataSource makes data agyn_llm_providers.
func NewListDataSource() datasource.DataSource {
	return object.NewListDataSource(collection())
}

// NewListResource makes list agyn_llm_provider.
func NewListResource() list.ListResource {
	return object.NewListResource(collection())
}

func collection() object.Collection[client.LlmProvider, dataModel] {
	return object.Collection[client.LlmProvider, dataModel]{
		Kind:        kind,
		Type:        "llm_provider",
		Attribute:   "llm_providers",
		Description: "LLM providers of an organization, without their credentials",
		Filters: []object.Filter{
			object.InOrganization(),
			object.ByName("the LLM provider"),
		},
		Attributes: attributes,
		List: func(ctx context.Context, with *api.Client, query object.Query, most int64) ([]client.LlmProvider, error) {
			return api.AtMost[client.LlmProvider](filtered(ctx, with, query), most)
		},
		Read: readData,
		Result: func(provider *client.LlmProvider) object.Result {
			model := read(provider)
			return object.Result{
				Name:     provider.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, CustomHeaders: types.MapNull(types.StringType), CustomHeadersWO: types.MapNull(types.StringType), Timeouts: object.NoTimeouts()},
			}
		},
	}
}

// filtered is the call that lists what a query leaves.
func filtered(ctx context.Context, with *api.Client, query object.Query) client.ApiListLlmProvidersRequest {
	organization, _ := query.Get("organization_id")
	call := with.LlmProvidersAPI.ListLlmProviders(ctx, organization)
	if name, ok := query.Get("name"); ok {
		call = call.Name(name)
	}
	return call
}
