package secret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.Secret, model] {
	return object.Collection[client.Secret, model]{
		Kind:        kind,
		Type:        "secret",
		Attribute:   "secrets",
		Summary:     "Reads the metadata of a secret by id or name.",
		Description: "Lists the secrets of an organization, without their values.",
		Keys:        []string{"id", "name"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			object.NameFilter("secrets"),
			object.SearchFilter("secrets", "name"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.Secret] {
			return with.SecretsAPI.GetSecret(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.Secret, error) {
			return api.List[client.Secret](listRequest(ctx, with, query), limit)
		},
		Read: read,
		Result: func(secret *client.Secret) object.Result {
			model := read(secret)
			return object.Result{
				Name:     secret.Name,
				Identity: model.identity(),
				Resource: resourceModel{model: model, Timeouts: object.NullTimeouts()},
			}
		},
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListSecretsRequest {
	request := with.SecretsAPI.ListSecrets(ctx, query.Get("organization_id"))
	request = object.With(request, query, "name", client.ApiListSecretsRequest.Name)
	return object.With(request, query, "search", client.ApiListSecretsRequest.Search)
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"description":     schema.StringAttribute{Computed: true, MarkdownDescription: "The purpose of the secret."},
		"version":         schema.Int64Attribute{Computed: true, MarkdownDescription: "The version of the value, which starts at 1 and increases with each new value."},
		"fingerprint":     schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the value. It changes with the value."},
		"created_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
