package apitoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// ListResource is list agyn_api_token.
type ListResource struct {
	object.Resource
}

type queryModel struct {
	UserID types.String `tfsdk:"user_id"`
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
		MarkdownDescription: "Finds the API tokens of the caller, or of the user that a cluster admin chooses.",
		Attributes: map[string]schema.Attribute{
			"user_id": object.FilterOfQuery("Only API tokens of this user; the caller if not given.", object.UUID()),
		},
	}
}

// List finds the API tokens.
func (l *ListResource) List(ctx context.Context, request list.ListRequest, stream *list.ListResultsStream) {
	var query queryModel
	if !object.ReadyToList(l.Resource, request.Config.Get(ctx, &query), stream) {
		return
	}
	found, err := api.AtMost[client.ApiToken](filtered(ctx, l.Client, query), request.Limit)
	object.Stream(ctx, request, stream, kind, found, err, func(token *client.ApiToken) object.Listed {
		return object.Listed{
			Name:     token.Description,
			Identity: read(token, timetypes.NewRFC3339Null()).identity(),
			Resource: resourceModel{model: read(token, timetypes.NewRFC3339Null()), Timeouts: object.NoTimeouts()},
		}
	})
}
