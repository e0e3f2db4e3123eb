package object

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// OrganizationIDOfData is the attribute of the organization that a data source looks in.
func OrganizationIDOfData() schema.StringAttribute {
	return schema.StringAttribute{Required: true, MarkdownDescription: "The id of the organization.", Validators: []validator.String{UUID()}}
}

// FoundBy are the attributes that a data source finds one thing by.
func FoundBy(names ...string) map[string]schema.Attribute {
	rules := map[string][]validator.String{"id": {UUID()}, "name": Text(128), "email": Email(), "slug": Slug()}
	found := map[string]schema.Attribute{}
	for _, name := range names {
		found[name] = schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The " + name + ".", Validators: rules[name]}
	}
	return found
}

// Filter is the attribute of a filter of a list.
func Filter(description string, rules ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: rules}
}

// List is the attribute of what a list data source has found.
func List(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: description,
		NestedObject:        schema.NestedAttributeObject{Attributes: attributes},
	}
}

// OrganizationIDOfQuery is the attribute of the organization that a list resource looks in.
func OrganizationIDOfQuery() listschema.StringAttribute {
	return listschema.StringAttribute{Required: true, MarkdownDescription: "The id of the organization.", Validators: []validator.String{UUID()}}
}

// FilterOfQuery is the attribute of a filter of a list resource.
func FilterOfQuery(description string, rules ...validator.String) listschema.StringAttribute {
	return listschema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: rules}
}

// Each maps what the server answers, one by one.
func Each[T, M any](items []T, read func(*T) M) []M {
	models := make([]M, 0, len(items))
	for i := range items {
		models = append(models, read(&items[i]))
	}
	return models
}

// Listed is one result of a list resource.
type Listed struct {
	// Name is what terraform shows.
	Name string
	// Identity and Resource are models of the resource's schemas.
	Identity, Resource any
}

// ReadyToList tells whether a list resource may go on.
func ReadyToList(base Resource, found diag.Diagnostics, stream *list.ListResultsStream) bool {
	var diagnostics diag.Diagnostics
	if base.Ready(found, &diagnostics) {
		return true
	}
	stream.Results = list.ListResultsStreamDiagnostics(diagnostics)
	return false
}

// Stream hands over what a list resource has found, or why it could not.
func Stream[T any](
	ctx context.Context, request list.ListRequest, stream *list.ListResultsStream, kind string, found []T, err error, read func(*T) Listed,
) {
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(api.Diagnose(fmt.Sprintf("The %ss cannot be listed", kind), err))
		return
	}
	if request.Limit > 0 && int64(len(found)) > request.Limit {
		found = found[:request.Limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i := range found {
			listed := read(&found[i])
			result := request.NewListResult(ctx)
			result.DisplayName = listed.Name
			result.Diagnostics.Append(result.Identity.Set(ctx, listed.Identity)...)
			if request.IncludeResource {
				result.Diagnostics.Append(result.Resource.Set(ctx, listed.Resource)...)
			}
			if !push(result) {
				return
			}
		}
	}
}

// NoTimeouts are the time-outs of a resource whose configuration is not known.
func NoTimeouts() timeouts.Value {
	none := map[string]attr.Type{}
	for _, name := range []string{"create", "read", "update", "delete"} {
		none[name] = types.StringType
	}
	return timeouts.Value{Object: types.ObjectNull(none)}
}

// Given tells whether a value is there and known.
func Given(value attr.Value) bool {
	return !value.IsNull() && !value.IsUnknown()
}
