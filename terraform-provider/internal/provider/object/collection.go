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

// Collection describes the things of one kind as a list, which is the data source agyn_<Type>s and the list resource
// agyn_<Type>. T is what the server returns for a thing, M its model in the data source.
type Collection[T, M any] struct {
	// Kind is the kind of thing in sentences, and Type in the names of resources.
	Kind, Type string
	// Attribute is the attribute of the data source that has the things.
	Attribute string
	// Description completes "Finds the".
	Description string
	// Filters are attributes of both; all are texts.
	Filters []Filter
	// Attributes are those of M.
	Attributes func() map[string]dataschema.Attribute
	// List reads what a query leaves, at most so many things or all where that is 0.
	List func(ctx context.Context, with *api.Client, query Query, most int64) ([]T, error)
	// Read maps a thing for the data source, and Result for the list resource.
	Read   func(*T) M
	Result func(*T) Result
}

// Filter is an attribute by which a list is narrowed down.
type Filter struct {
	Name, Description string
	Required          bool
	Rules             []validator.String
}

// InOrganization is the filter of things that belong to organizations.
func InOrganization() Filter {
	return Filter{Name: "organization_id", Description: "The id of the organization.", Required: true, Rules: []validator.String{UUID()}}
}

// ByName is the filter of exact names; things completes "Only".
func ByName(things string) Filter {
	return Filter{Name: "name", Description: "Only " + things + " with exactly this name.", Rules: Text(128)}
}

// ByEmail is the filter of email addresses; thing completes "Only".
func ByEmail(thing string) Filter {
	return Filter{Name: "email", Description: "Only " + thing + " with this email address, whatever its case.", Rules: Email()}
}

// Query has the values of filters by their names.
type Query map[string]types.String

// Get gives the value of a filter; false where it is not set.
func (q Query) Get(name string) (string, bool) {
	value := q[name]
	return value.ValueString(), Given(value)
}

// Result is one result of a list resource.
type Result struct {
	// Name is what terraform shows.
	Name string
	// Identity and Resource are models of the resource's schemas.
	Identity, Resource any
}

// query reads the filters of a configuration.
func (c Collection[T, M]) query(ctx context.Context, config tfsdk.Config) (Query, diag.Diagnostics) {
	var diagnostics diag.Diagnostics
	query := Query{}
	for _, filter := range c.Filters {
		var value types.String
		diagnostics.Append(config.GetAttribute(ctx, path.Root(filter.Name), &value)...)
		query[filter.Name] = value
	}
	return query, diagnostics
}

func (f Filter) ofData() dataschema.Attribute {
	return dataschema.StringAttribute{Required: f.Required, Optional: !f.Required, MarkdownDescription: f.Description, Validators: f.Rules}
}

func (f Filter) ofQuery() listschema.Attribute {
	return listschema.StringAttribute{Required: f.Required, Optional: !f.Required, MarkdownDescription: f.Description, Validators: f.Rules}
}
