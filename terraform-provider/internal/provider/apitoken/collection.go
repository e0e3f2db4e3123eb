package apitoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// dataModel is the complete API token.
type dataModel struct {
	model
	UserName          types.String `tfsdk:"user_name"`
	LastUsedAt        types.String `tfsdk:"last_used_at"`
	LastUsedAddress   types.String `tfsdk:"last_used_address"`
	LastUsedUserAgent types.String `tfsdk:"last_used_user_agent"`
}

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.ApiToken, dataModel] {
	return object.Collection[client.ApiToken, dataModel]{
		Kind:        kind,
		Type:        "api_token",
		Attribute:   "api_tokens",
		Summary:     "Reads the metadata of an API token by id.",
		Description: "Lists the API tokens of the caller, or for cluster admins of any user, without the tokens themselves.",
		Keys:        []string{"id"},
		Filters: []object.Filter{
			object.IDFilter("user_id", "Only API tokens of this user. The default is the caller."),
			object.IDFilter("organization_id", "Only API tokens that are bound to this organization."),
			object.SearchFilter("API tokens", "description"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.ApiToken] {
			return with.ApiTokensAPI.GetApiToken(ctx, query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.ApiToken, error) {
			return api.List[client.ApiToken](listRequest(ctx, with, query), limit)
		},
		Read: func(token *client.ApiToken) dataModel {
			return dataModel{
				model: read(token, timetypes.NewRFC3339Null()), UserName: types.StringValue(token.UserName), LastUsedAt: object.Time(token.LastUsedAt.Get()),
				LastUsedAddress: types.StringPointerValue(token.LastUsedAddress.Get()), LastUsedUserAgent: types.StringPointerValue(token.LastUsedUserAgent.Get()),
			}
		},
		Result: func(token *client.ApiToken) object.Result {
			model := read(token, timetypes.NewRFC3339Null())
			return object.Result{
				Name:     token.Description,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListApiTokensRequest {
	request := with.ApiTokensAPI.ListApiTokens(ctx)
	request = object.With(request, query, "user_id", client.ApiListApiTokensRequest.UserId)
	request = object.With(request, query, "organization_id", client.ApiListApiTokensRequest.OrganizationId)
	return object.With(request, query, "search", client.ApiListApiTokensRequest.Search)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                   schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"user_id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the user that the token belongs to."},
		"description":          schema.StringAttribute{Computed: true, MarkdownDescription: "The purpose of the token."},
		"user_name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The name of that user."},
		"scopes":               schema.SetAttribute{ElementType: types.StringType, Computed: true, MarkdownDescription: "The permissions of the token: " + object.Backticked(client.AllowedTokenScopeEnumValues) + "."},
		"model_ids":            schema.SetAttribute{ElementType: types.StringType, Computed: true, MarkdownDescription: "The ids of the only models that the token can call; null for every model that its user can call."},
		"organization_id":      schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the only organization that the token has access to; null if it is not bound to one."},
		"default_model_id":     schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the model of calls without a model; null if the token has no default model."},
		"expires_at":           schema.StringAttribute{CustomType: timetypes.RFC3339Type{}, Computed: true, MarkdownDescription: "The time of expiry (RFC 3339); null if the token does not expire."},
		"prefix":               schema.StringAttribute{Computed: true, MarkdownDescription: "The first characters of the token."},
		"created_by_token_id":  schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the API token that created this one; revoking that one revokes this one too. Null if no token created it."},
		"last_used_address":    schema.StringAttribute{Computed: true, MarkdownDescription: "The IP address of the last use; null if unknown."},
		"last_used_user_agent": schema.StringAttribute{Computed: true, MarkdownDescription: "The start of the `User-Agent` of the last use; null if unknown."},
		"last_used_at":         schema.StringAttribute{Computed: true, MarkdownDescription: "The time of the last use (RFC 3339), precise to a minute; null if the token was never used."},
		"created_at":           schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
