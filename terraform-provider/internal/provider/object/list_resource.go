package object

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// listResource is the list resource of a collection.
type listResource[T, M any] struct {
	Resource
	collection Collection[T, M]
}

var _ list.ListResourceWithConfigure = (*listResource[any, any])(nil)

// ListResource creates the list resource agyn_<Type>.
func (c Collection[T, M]) ListResource() list.ListResource {
	return &listResource[T, M]{collection: c}
}

// Metadata names the list resource.
func (l *listResource[T, M]) Metadata(_ context.Context, request resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_" + l.collection.Type
}

// ListResourceConfigSchema describes the filters.
func (l *listResource[T, M]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, response *list.ListResourceSchemaResponse) {
	attributes := map[string]schema.Attribute{}
	for _, filter := range l.collection.Filters {
		attributes[filter.Name] = filter.listResourceAttribute()
	}
	response.Schema = schema.Schema{MarkdownDescription: l.collection.Description, Attributes: attributes}
}

// List streams the objects, or an error.
func (l *listResource[T, M]) List(ctx context.Context, request list.ListRequest, stream *list.ListResultsStream) {
	var diagnostics diag.Diagnostics
	query, queryDiagnostics := l.collection.filterQuery(ctx, request.Config)
	if l.Ready(queryDiagnostics, &diagnostics) {
		l.setDefault(query, l.collection.Filters, &diagnostics)
	}
	if diagnostics.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diagnostics)
		return
	}
	objects, err := l.collection.List(ctx, l.Client, query, request.Limit)
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(api.Diagnose(fmt.Sprintf("The %ss cannot be listed", l.collection.Kind), err))
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i := range objects {
			if !push(l.result(ctx, request, l.collection.Result(&objects[i]))) {
				return
			}
		}
	}
}

func (l *listResource[T, M]) result(ctx context.Context, request list.ListRequest, found Result) list.ListResult {
	result := request.NewListResult(ctx)
	result.DisplayName = found.Name
	result.Diagnostics.Append(result.Identity.Set(ctx, found.Identity)...)
	if request.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, found.Resource)...)
	}
	return result
}
