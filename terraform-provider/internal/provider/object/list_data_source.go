package object

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// listDataSource is agyn_<Type>s of a collection.
type listDataSource[T, M any] struct {
	DataSource
	collection Collection[T, M]
}

var _ datasource.DataSourceWithConfigure = (*listDataSource[any, any])(nil)

// ListDataSource creates agyn_<Type>s.
func (c Collection[T, M]) ListDataSource() datasource.DataSource {
	return &listDataSource[T, M]{collection: c}
}

// Metadata names the data source.
func (d *listDataSource[T, M]) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_" + d.collection.Type + "s"
}

// Schema describes the data source.
func (d *listDataSource[T, M]) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		d.collection.Attribute: NestedList(fmt.Sprintf("The %ss, oldest first.", d.collection.Kind), d.collection.Attributes()),
	}
	for _, filter := range d.collection.Filters {
		attributes[filter.Name] = filter.DataSourceAttribute()
	}
	response.Schema = schema.Schema{MarkdownDescription: d.collection.Description, Attributes: attributes}
}

// Read lists the objects.
func (d *listDataSource[T, M]) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	query, diagnostics := d.collection.filterQuery(ctx, request.Config)
	if !d.Ready(diagnostics, &response.Diagnostics) {
		return
	}
	d.setDefault(query, d.collection.Filters, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	objects, err := d.collection.List(ctx, d.Client, query, 0)
	if err != nil {
		response.Diagnostics.Append(api.Diagnose(fmt.Sprintf("The %ss cannot be listed", d.collection.Kind), err)...)
		return
	}
	response.State.Raw = request.Config.Raw
	for _, filter := range d.collection.Filters {
		response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root(filter.Name), query[filter.Name])...)
	}
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root(d.collection.Attribute), MapAll(objects, d.collection.Read))...)
}

// NestedList is a computed attribute that lists objects.
func NestedList(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: description,
		NestedObject:        schema.NestedAttributeObject{Attributes: attributes},
	}
}

// MapAll maps objects of the generated client to models.
func MapAll[T, M any](objects []T, read func(*T) M) []M {
	models := make([]M, 0, len(objects))
	for i := range objects {
		models = append(models, read(&objects[i]))
	}
	return models
}
