package object

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// listDataSource is the data source of a collection.
type listDataSource[T, M any] struct {
	DataSource
	of Collection[T, M]
}

var _ datasource.DataSourceWithConfigure = (*listDataSource[any, any])(nil)

// NewListDataSource makes the data source of a collection.
func NewListDataSource[T, M any](of Collection[T, M]) datasource.DataSource {
	return &listDataSource[T, M]{of: of}
}

// Metadata names the data source.
func (d *listDataSource[T, M]) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_" + d.of.Type + "s"
}

// Schema describes the data source.
func (d *listDataSource[T, M]) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		d.of.Attribute: List(fmt.Sprintf("The %ss, the oldest first.", d.of.Kind), d.of.Attributes()),
	}
	for _, filter := range d.of.Filters {
		attributes[filter.Name] = filter.ofData()
	}
	response.Schema = schema.Schema{MarkdownDescription: fmt.Sprintf("Finds the %s.", d.of.Description), Attributes: attributes}
}

// Read lists the things.
func (d *listDataSource[T, M]) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	query, found := d.of.query(ctx, request.Config)
	if !d.Ready(found, &response.Diagnostics) {
		return
	}
	things, err := d.of.List(ctx, d.Client, query, 0)
	if err != nil {
		response.Diagnostics.Append(api.Diagnose(fmt.Sprintf("The %ss cannot be listed", d.of.Kind), err)...)
		return
	}
	response.State.Raw = request.Config.Raw
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root(d.of.Attribute), Each(things, d.of.Read))...)
}
