package organization

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

// ListResource is list agyn_organization.
type ListResource struct {
	object.Resource
}

type queryModel struct {
	Name types.String `tfsdk:"name"`
	Slug types.String `tfsdk:"slug"`
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
		MarkdownDescription: "Finds the organizations that the caller belongs to, or all for a cluster admin.",
		Attributes: map[string]schema.Attribute{
			"name": object.FilterOfQuery("Only organizations with exactly this name.", object.Text(128)...),
			"slug": object.FilterOfQuery("Only the organization with this slug.", object.Slug()...),
		},
	}
}

// List finds the organizations.
func (l *ListResource) List(ctx context.Context, request list.ListRequest, stream *list.ListResultsStream) {
	var query queryModel
	if !object.ReadyToList(l.Resource, request.Config.Get(ctx, &query), stream) {
		return
	}
	found, err := api.AtMost[client.Organization](filtered(ctx, l.Client, query), request.Limit)
	object.Stream(ctx, request, stream, kind, found, err, func(organization *client.Organization) object.Listed {
		return object.Listed{
			Name:     organization.Name,
			Identity: read(organization).identity(),
			Resource: resourceModel{model: read(organization), Timeouts: object.NoTimeouts()},
		}
	})
}
