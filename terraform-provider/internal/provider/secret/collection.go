package secret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// dataModel is the complete secret.
type dataModel struct {
	model
	Storage     types.String `tfsdk:"storage"`
	ReadVersion types.Int64  `tfsdk:"read_version"`
	ReadAt      types.String `tfsdk:"read_at"`
	LastError   types.String `tfsdk:"last_error"`
	LastErrorAt types.String `tfsdk:"last_error_at"`
}

// Collection describes the data sources and the list resource.
func Collection() object.Collection[client.Secret, dataModel] {
	return object.Collection[client.Secret, dataModel]{
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
			object.IDFilter("provider_id", "Only secrets in this secret provider."),
		},
		Attributes: attributes,
		Get: func(ctx context.Context, with *api.Client, query object.Query) api.Request[client.Secret] {
			return with.SecretsAPI.GetSecret(ctx, query.Get("organization_id"), query.Get("id"))
		},
		List: func(ctx context.Context, with *api.Client, query object.Query, limit int64) ([]client.Secret, error) {
			return api.List[client.Secret](listRequest(ctx, with, query), limit)
		},
		Read: readData,
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
	request = object.With(request, query, "search", client.ApiListSecretsRequest.Search)
	return object.With(request, query, "provider_id", client.ApiListSecretsRequest.ProviderId)
}

func readData(secret *client.Secret) dataModel {
	return dataModel{
		model:       read(secret),
		Storage:     types.StringValue(string(secret.Storage)),
		ReadVersion: types.Int64PointerValue(secret.ReadVersion.Get()),
		ReadAt:      object.Time(secret.ReadAt.Get()),
		LastError:   types.StringPointerValue(secret.LastError.Get()),
		LastErrorAt: object.Time(secret.LastErrorAt.Get()),
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "The id."},
		"organization_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the organization."},
		"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "The name."},
		"description":     schema.StringAttribute{Computed: true, MarkdownDescription: "The purpose of the secret."},
		"storage":         schema.StringAttribute{Computed: true, MarkdownDescription: "`local` or `remote`."},
		"provider_id":     schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the secret provider; null if the secret is local."},
		"remote_path":     schema.StringAttribute{Computed: true, MarkdownDescription: "The path of the value in the secret provider; null if the secret is local."},
		"remote_key":      schema.StringAttribute{Computed: true, MarkdownDescription: "The key of the value at `remote_path`; null if the secret is local."},
		"version":         schema.Int64Attribute{Computed: true, MarkdownDescription: "The version of the value or reference, which starts at 1 and increases with each new one."},
		"fingerprint":     schema.StringAttribute{Computed: true, MarkdownDescription: "A keyed hash of the value, or a hash of the reference. It changes with them."},
		"read_version":    schema.Int64Attribute{Computed: true, MarkdownDescription: "The version of the last value that was read from a KV version 2 engine."},
		"read_at":         schema.StringAttribute{Computed: true, MarkdownDescription: "When the value was last read from the secret provider (RFC 3339), to the minute."},
		"last_error":      schema.StringAttribute{Computed: true, MarkdownDescription: "The cause of the last failed read and a remedy; null if the last read succeeded."},
		"last_error_at":   schema.StringAttribute{Computed: true, MarkdownDescription: "When the last read failed (RFC 3339); null if it succeeded."},
		"created_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "The time of creation (RFC 3339)."},
	}
}
