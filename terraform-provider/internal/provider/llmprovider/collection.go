package llmprovider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// dataModel is the complete LLM provider.
type dataModel struct {
	model
	HasToken          types.Bool  `tfsdk:"has_token"`
	CustomHeaderNames types.List  `tfsdk:"custom_header_names"`
	ModelCount        types.Int64 `tfsdk:"model_count"`
}

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.LlmProvider, dataModel] {
	return object.Collection[client.LlmProvider, dataModel]{
		Kind:        kind,
		Type:        "llm_provider",
		Attribute:   "llm_providers",
		Summary:     "Reads an LLM provider by id or name, without its credentials.",
		Description: "Lists the LLM providers of an organization, without their credentials.",
		Keys:        []string{"id", "name"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			object.NameFilter("LLM providers"),
			object.SearchFilter("LLM providers", "name"),
			object.IDFilter("token_secret_id", "Only LLM providers that take their token from this secret."),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.LlmProvider] {
			return with.LlmProvidersAPI.GetLlmProvider(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.LlmProvider, error) {
			return api.List[client.LlmProvider](listRequest(ctx, with, query), limit)
		},
		Read: readData,
		Result: func(provider *client.LlmProvider) object.Result {
			model, noHeaders := read(provider), types.MapNull(types.StringType)
			return object.Result{
				Name:     provider.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, CustomHeaders: noHeaders, CustomHeadersWO: noHeaders, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListLlmProvidersRequest {
	request := with.LlmProvidersAPI.ListLlmProviders(ctx, query.Get("organization_id"))
	request = object.With(request, query, "name", client.ApiListLlmProvidersRequest.Name)
	request = object.With(request, query, "search", client.ApiListLlmProvidersRequest.Search)
	return object.With(request, query, "token_secret_id", client.ApiListLlmProvidersRequest.TokenSecretId)
}

func readData(provider *client.LlmProvider) dataModel {
	names := make([]attr.Value, 0, len(provider.CustomHeaderNames))
	for _, name := range provider.CustomHeaderNames {
		names = append(names, types.StringValue(name))
	}
	return dataModel{
		model:             read(provider),
		HasToken:          types.BoolValue(provider.HasToken),
		CustomHeaderNames: types.ListValueMust(types.StringType, names),
		ModelCount:        types.Int64Value(provider.ModelCount),
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                      schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":                    schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"endpoint":                schema.StringAttribute{Computed: true, MarkdownDescription: "The base URL of the API."},
		"protocol":                schema.StringAttribute{Computed: true, MarkdownDescription: "`responses` or `anthropic_messages`."},
		"auth_method":             schema.StringAttribute{Computed: true, MarkdownDescription: "`bearer`, `x_api_key` or `custom_headers`."},
		"websocket":               schema.StringAttribute{Computed: true, MarkdownDescription: "`auto` or `off`: whether agents can use WebSockets."},
		"token_secret_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the secret that holds the token; null if no secret does."},
		"has_token":               schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the LLM provider holds a token itself."},
		"custom_header_names":     schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The names of the custom headers."},
		"credentials_fingerprint": schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the credentials. It changes with them."},
		"model_count":             schema.Int64Attribute{Computed: true, MarkdownDescription: "The number of models of the LLM provider."},
		"created_at":              schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
