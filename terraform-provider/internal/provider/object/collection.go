package object

import (
	"context"

	dataschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// Collection describes all objects of one kind. It provides the data sources agyn_<Type> and agyn_<Type>s, and the list
// resource agyn_<Type>. T is the object in the generated client, M its model in the data sources.
type Collection[T, M any] struct {
	// Kind is the kind of object in messages, and Type in the names of data sources.
	Kind, Type string
	// Attribute is the attribute of agyn_<Type>s that holds the objects.
	Attribute string
	// Summary describes agyn_<Type> in a noun phrase, and Description agyn_<Type>s.
	Summary, Description string
	// Keys are the attributes that identify an object in agyn_<Type>. A configuration sets exactly one. The first is
	// the id.
	Keys []string
	// Filters are the filters of agyn_<Type>s and of the list resource. OrganizationFilter belongs to agyn_<Type> too.
	Filters []Filter
	// Attributes are the attributes of M.
	Attributes func() map[string]dataschema.Attribute
	// Get is the request for the object whose id is in the query.
	Get func(ctx context.Context, with *api.Client, query Query) api.Request[T]
	// List reads the objects that match a query, at most limit of them unless limit is 0.
	List func(ctx context.Context, with *api.Client, query Query, limit int64) ([]T, error)
	// Read maps an object for the data sources, and Result for the list resource.
	Read   func(*T) M
	Result func(*T) Result
}

// Result is one result of a list resource.
type Result struct {
	// Name is the display name.
	Name string
	// Identity and Resource are models of the resource's schemas.
	Identity, Resource any
}

// Filter is an attribute that narrows a list down.
type Filter struct {
	Name, Description string
	Rules             []validator.String
	// HasDefault means that the provider's organization_id is the default.
	HasDefault bool
}

// OrganizationFilter is the filter of objects that belong to an organization.
func OrganizationFilter() Filter {
	return Filter{Name: organizationName, Description: organizationText, HasDefault: true, Rules: []validator.String{UUID()}}
}

// NameFilter is the filter by exact name. The objects are in the plural.
func NameFilter(objects string) Filter {
	return Filter{Name: "name", Description: "Only " + objects + " with exactly this name.", Rules: Text(128)}
}

// UsernameFilter is the filter by username. The objects are in the plural.
func UsernameFilter(objects string) Filter {
	return Filter{Name: "username", Description: "Only " + objects + " with this username.", Rules: Username()}
}

// EmailFilter is the filter by email address. The objects are in the plural.
func EmailFilter(objects string) Filter {
	return Filter{Name: "email", Description: "Only " + objects + " with this email address (case-insensitive).", Rules: Email()}
}

// SearchFilter is the filter by a part of some fields. The objects are in the plural.
func SearchFilter(objects, fields string) Filter {
	return Filter{Name: "search", Description: "Only " + objects + " whose " + fields + " contains this text (case-insensitive).", Rules: Search()}
}

// IDFilter is the filter by the id of a related object.
func IDFilter(name, description string) Filter {
	return Filter{Name: name, Description: description, Rules: []validator.String{UUID()}}
}

// EnumFilter is the filter by one of the values that the contract lists.
func EnumFilter[E ~string](name, description string, values []E) Filter {
	return Filter{Name: name, Description: description + ": " + Backticked(values) + ".", Rules: []validator.String{OneOf(values)}}
}

// DataSourceAttribute is the filter as an attribute of a data source.
func (f Filter) DataSourceAttribute() dataschema.Attribute {
	return dataschema.StringAttribute{Optional: true, Computed: f.HasDefault, MarkdownDescription: f.Description, Validators: f.Rules}
}

func (f Filter) listResourceAttribute() listschema.Attribute {
	return listschema.StringAttribute{Optional: true, MarkdownDescription: f.Description, Validators: f.Rules}
}

// Query holds the values of filters and keys by attribute name.
type Query map[string]types.String

// Get returns the value of an attribute, or an empty string.
func (q Query) Get(name string) string {
	return q[name].ValueString()
}

// With sets a filter of a generated list request, unless the query leaves it out.
func With[R any, V ~string](request R, query Query, name string, set func(R, V) R) R {
	if value := query[name]; IsSet(value) {
		return set(request, V(value.ValueString()))
	}
	return request
}

// queryOf reads attributes of a configuration.
func queryOf(ctx context.Context, config tfsdk.Config, names []string) (Query, diag.Diagnostics) {
	var diagnostics diag.Diagnostics
	query := Query{}
	for _, name := range names {
		var value types.String
		diagnostics.Append(config.GetAttribute(ctx, path.Root(name), &value)...)
		query[name] = value
	}
	return query, diagnostics
}

// filterQuery reads the filters of a configuration.
func (c Collection[T, M]) filterQuery(ctx context.Context, config tfsdk.Config) (Query, diag.Diagnostics) {
	var names []string
	for _, filter := range c.Filters {
		names = append(names, filter.Name)
	}
	return queryOf(ctx, config, names)
}

// setDefault sets the organization of a query to the provider's if the configuration has none, or adds an error.
func (b *base) setDefault(query Query, filters []Filter, diagnostics *diag.Diagnostics) {
	for _, filter := range filters {
		if filter.HasDefault {
			query[filter.Name] = b.Organization(query[filter.Name], diagnostics)
		}
	}
}
