package object

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
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

// List is the attribute of what a list data source has found.
func List(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: description,
		NestedObject:        schema.NestedAttributeObject{Attributes: attributes},
	}
}

// Each maps what the server answers, one by one.
func Each[T, M any](items []T, read func(*T) M) []M {
	models := make([]M, 0, len(items))
	for i := range items {
		models = append(models, read(&items[i]))
	}
	return models
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
