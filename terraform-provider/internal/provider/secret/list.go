package secret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// NewListDataSource makes data agyn_secrets.
func NewListDataSource() datasource.DataSource {
	return object.NewListDataSource(collection())
}

// NewListResource makes list agyn_secret.
func NewListResource() list.ListResource {
	return object.NewListResource(collection())
}

func collection() object.Collection[client.Secret, model] {
	return object.Collection[client.Secret, model]{
		Kind:        kind,
		Type:        "secret",
		Attribute:   "secrets",
		Description: "secrets of an organization, without their values",
		Filters: []object.Filter{
			object.InOrganization(),
			object.ByName("the secret"),
		},
		Attributes: attributes,
		List: func(ctx context.Context, with *api.Client, query object.Query, most int64) ([]client.Secret, error) {
			return api.AtMost[client.Secret](filtered(ctx, with, query), most)
		},
		Read: read,
		Result: func(secret *client.Secret) object.Result {
			model := read(secret)
			return object.Result{
				Name:     secret.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NoTimeouts()},
			}
		},
	}
}

// filtered is the call that lists what a query leaves.
func filtered(ctx context.Context, with *api.Client, query object.Query) client.ApiListSecretsRequest {
	organization, _ := query.Get("organization_id")
	call := with.SecretsAPI.ListSecrets(ctx, organization)
	if name, ok := query.Get("name"); ok {
		call = call.Name(name)
	}
	return call
}
