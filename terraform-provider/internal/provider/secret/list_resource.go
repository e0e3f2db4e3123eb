package secret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListResource is list agyn_secret.
type ListResource struct {
	object.Resource
}

type queryModel struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	Name           types.String `tfsdk:"name"`
}

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// NewListResource makes the list resource.
func NewListResource() list.ListResource {
	return &ListResource{}
}

// Metadata names the list resource.
func (l *ListResource) Metadata(ctx context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	NewResource().Metadata(ctx, request, response)
}

// ListResourceConfigSchema describes the filters.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, response *list.ListResourceSchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Finds the secrets of an organization.",
		Attributes: map[string]schema.Attribute{
			"organization_id": object.OrganizationIDOfQuery(),
			"name":            object.FilterOfQuery("Only the secret with exactly this name.", object.Text(128)...),
		},
	}
}

// List finds the secrets.
func (l *ListResource) List(ctx context.Context, request list.ListRequest, stream *list.ListResultsStream) {
	var query queryModel
	if !object.ReadyToList(l.Resource, request.Config.Get(ctx, &query), stream) {
		return
	}
	found, err := api.AtMost[client.Secret](filtered(ctx, l.Client, query), request.Limit)
	object.Stream(ctx, request, stream, kind, found, err, func(secret *client.Secret) object.Listed {
		return object.Listed{
			Name:     secret.Name,
			Identity: read(secret).identity(),
			Resource: resourceModel{model: read(secret), Timeouts: object.NoTimeouts()},
		}
	})
}
