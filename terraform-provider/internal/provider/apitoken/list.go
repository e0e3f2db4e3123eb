package apitoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// NewListDataSource makes data agyn_api_tokens.
func NewListDataSource() datasource.DataSource {
	return object.NewListDataSource(collection())
}

// NewListResource makes list agyn_api_token.
func NewListResource() list.ListResource {
	return object.NewListResource(collection())
}

func collection() object.Collection[client.ApiToken, dataModel] {
	return object.Collection[client.ApiToken, dataModel]{
		Kind:        kind,
		Type:        "api_token",
		Attribute:   "api_tokens",
		Description: "API tokens of the caller, or of the user that a cluster admin chooses, without their plaintexts",
		Filters: []object.Filter{
			{Name: "user_id", Description: "Only API tokens of this user; the caller if not given.", Rules: []validator.String{object.UUID()}},
		},
		Attributes: attributes,
		List: func(ctx context.Context, with *api.Client, query object.Query, most int64) ([]client.ApiToken, error) {
			return api.AtMost[client.ApiToken](filtered(ctx, with, query), most)
		},
		Read: readData,
		Result: func(token *client.ApiToken) object.Result {
			model := read(token, timetypes.NewRFC3339Null())
			return object.Result{
				Name:     token.Description,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NoTimeouts()},
			}
		},
	}
}

// filtered is the call that lists what a query leaves.
func filtered(ctx context.Context, with *api.Client, query object.Query) client.ApiListApiTokensRequest {
	call := with.ApiTokensAPI.ListApiTokens(ctx)
	if userId, ok := query.Get("user_id"); ok {
		call = call.UserId(userId)
	}
	return call
}
