package secretprovider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// dataModel is the complete secret provider.
type dataModel struct {
	model
	Config      dataConfig  `tfsdk:"config"`
	SecretCount types.Int64 `tfsdk:"secret_count"`
}

// dataConfig is the attribute config of the data sources.
type dataConfig struct {
	Address       types.String `tfsdk:"address"`
	Namespace     types.String `tfsdk:"namespace"`
	CACertificate types.String `tfsdk:"ca_certificate"`
	AuthMethod    types.String `tfsdk:"auth_method"`
	RoleID        types.String `tfsdk:"role_id"`
	AppRoleMount  types.String `tfsdk:"approle_mount"`
}

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.SecretProvider, dataModel] {
	return object.Collection[client.SecretProvider, dataModel]{
		Kind:        kind,
		Type:        "secret_provider",
		Attribute:   "secret_providers",
		Summary:     "Reads a secret provider by id or name, without its credential.",
		Description: "Lists the secret providers of an organization, without their credentials.",
		Keys:        []string{"id", "name"},
		Filters: []object.Filter{
			object.OrganizationFilter(),
			object.NameFilter("secret providers"),
			object.SearchFilter("secret providers", "name"),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.SecretProvider] {
			return with.SecretProvidersAPI.GetSecretProvider(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.SecretProvider, error) {
			return api.List[client.SecretProvider](listRequest(ctx, with, query), limit)
		},
		Read:   readData,
		Result: result,
	}
}

func listRequest(ctx context.Context, with *api.Client, query object.Query) client.ApiListSecretProvidersRequest {
	request := with.SecretProvidersAPI.ListSecretProviders(ctx, query.Get("organization_id"))
	request = object.With(request, query, "name", client.ApiListSecretProvidersRequest.Name)
	return object.With(request, query, "search", client.ApiListSecretProvidersRequest.Search)
}

func readData(provider *client.SecretProvider) dataModel {
	config := vaultConfig{}.with(provider.Config)
	return dataModel{
		model: read(provider),
		Config: dataConfig{
			Address:       config.Address,
			Namespace:     config.Namespace,
			CACertificate: config.CACertificate,
			AuthMethod:    types.StringValue(string(provider.Config.AuthMethod)),
			RoleID:        config.RoleID,
			AppRoleMount:  config.AppRoleMount,
		},
		SecretCount: types.Int64Value(provider.SecretCount),
	}
}

func result(provider *client.SecretProvider) object.Result {
	model := read(provider)
	// Attributes without credentials are always valid.
	config := vaultConfig{}.with(provider.Config).value(context.Background(), &diag.Diagnostics{})
	return object.Result{
		Name:     provider.Name,
		Identity: model.identity(),
		Resource: resourceModel{model: model, Config: config, Timeouts: object.NullTimeouts()},
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"description":     schema.StringAttribute{Computed: true, MarkdownDescription: "The purpose of the secret provider."},
		"type":            schema.StringAttribute{Computed: true, MarkdownDescription: "`vault`."},
		"config": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "How the Agyn server reaches the secret provider and authenticates there.",
			Attributes: map[string]schema.Attribute{
				"address":        schema.StringAttribute{Computed: true, MarkdownDescription: "The server's URL."},
				"namespace":      schema.StringAttribute{Computed: true, MarkdownDescription: "The namespace; null for the root namespace."},
				"ca_certificate": schema.StringAttribute{Computed: true, MarkdownDescription: "PEM certificates of additional CAs."},
				"auth_method":    schema.StringAttribute{Computed: true, MarkdownDescription: "`token` or `approle`."},
				"role_id":        schema.StringAttribute{Computed: true, MarkdownDescription: "The role id of the AppRole; null for `token`."},
				"approle_mount":  schema.StringAttribute{Computed: true, MarkdownDescription: "The path of the AppRole auth method without `auth/`; null for `token`."},
			},
		},
		"credentials_fingerprint": schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the token or the secret id. It changes with them."},
		"secret_count":            schema.Int64Attribute{Computed: true, MarkdownDescription: "The number of secrets in the secret provider."},
		"created_at":              schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
