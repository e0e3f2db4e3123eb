package object

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// dataSource is agyn_<Type> of a collection.
type dataSource[T, M any] struct {
	DataSource
	collection Collection[T, M]
}

var (
	_ datasource.DataSourceWithConfigure        = (*dataSource[any, any])(nil)
	_ datasource.DataSourceWithConfigValidators = (*dataSource[any, any])(nil)
)

// DataSource creates agyn_<Type>.
func (c Collection[T, M]) DataSource() datasource.DataSource {
	return &dataSource[T, M]{collection: c}
}

// Metadata names the data source.
func (d *dataSource[T, M]) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + "_" + d.collection.Type
}

// ConfigValidators requires exactly one key.
func (d *dataSource[T, M]) ConfigValidators(context.Context) []datasource.ConfigValidator {
	var keys []path.Expression
	for _, key := range d.collection.Keys {
		keys = append(keys, path.MatchRoot(key))
	}
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keys...)}
}

// Schema describes the data source.
func (d *dataSource[T, M]) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	rules := map[string][]validator.String{"id": {UUID()}, "user_id": {UUID()}, "name": Text(128), "email": Email(), "slug": Slug(), "group": Group(), "username": Username(), "oidc_subject": Text(255)}
	attributes := d.collection.Attributes()
	for _, key := range d.collection.Keys {
		attributes[key] = schema.StringAttribute{
			Required: len(d.collection.Keys) == 1, Optional: len(d.collection.Keys) > 1, Computed: len(d.collection.Keys) > 1,
			MarkdownDescription: attributes[key].GetMarkdownDescription(), Validators: rules[key],
		}
	}
	for _, filter := range d.collection.Filters {
		if filter.HasDefault {
			attributes[filter.Name] = filter.DataSourceAttribute()
		}
	}
	response.Schema = schema.Schema{MarkdownDescription: d.collection.Summary, Attributes: attributes}
}

// Read reads the object by its id, or looks it up by another key.
func (d *dataSource[T, M]) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	names := append([]string{}, d.collection.Keys...)
	for _, filter := range d.collection.Filters {
		if filter.HasDefault {
			names = append(names, filter.Name)
		}
	}
	query, diagnostics := queryOf(ctx, request.Config, names)
	if !d.Ready(diagnostics, &response.Diagnostics) {
		return
	}
	d.setDefault(query, d.collection.Filters, &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	for _, key := range d.collection.Keys {
		if !IsSet(query[key]) {
			continue
		}
		if found := d.find(ctx, key, query, &response.Diagnostics); found != nil {
			response.Diagnostics.Append(response.State.Set(ctx, d.collection.Read(found))...)
			// Terraform requires the configured spelling: email addresses are case-insensitive.
			response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root(key), query[key])...)
		}
	}
}

// find returns the only object with a key, or nil with an error.
func (d *dataSource[T, M]) find(ctx context.Context, key string, query Query, diagnostics *diag.Diagnostics) *T {
	if key == d.collection.Keys[0] {
		found, _, err := d.collection.Get(ctx, d.Client, query).Execute()
		if err != nil {
			diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be read", d.collection.Kind), err)...)
			return nil
		}
		return found
	}
	matches, err := d.collection.List(ctx, d.Client, query, 2)
	switch {
	case err != nil:
		diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be looked up", d.collection.Kind), err)...)
	case len(matches) == 0:
		diagnostics.AddAttributeError(path.Root(key), fmt.Sprintf("The %s does not exist", d.collection.Kind),
			fmt.Sprintf("No %s has the %s %s. Check the %[2]s.", d.collection.Kind, key, query.Get(key)))
	case len(matches) > 1:
		diagnostics.AddAttributeError(path.Root(key), fmt.Sprintf("The %s %s is ambiguous", d.collection.Kind, key),
			fmt.Sprintf("More than one %s has the %s %s. Set %s instead.", d.collection.Kind, key, query.Get(key), d.collection.Keys[0]))
	default:
		return &matches[0]
	}
	return nil
}
