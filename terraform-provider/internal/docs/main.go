// Command docs prints the provider's schema in the format of terraform providers schema -json, for the documentation. A CLI prints
// only the kinds of objects that it knows: one before 1.14 omits actions and list resources.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/agynio/agyn/terraform-provider/internal/provider"
)

type object = map[string]any

func main() {
	if err := print(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func print() error {
	ctx := context.Background()
	server, err := providerserver.NewProtocol6WithError(provider.New("docs")())()
	if err != nil {
		return err
	}
	found, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return err
	}
	actions, identityJSON := object{}, object{}
	for name, action := range found.ActionSchemas {
		actions[name] = object{"block": block(action.Schema.Block)}
	}
	for name, identity := range identities.IdentitySchemas {
		attributes := object{}
		for _, attribute := range identity.IdentityAttributes {
			attributes[attribute.Name] = object{
				"type": attribute.Type, "description": attribute.Description,
				"required_for_import": attribute.RequiredForImport, "optional_for_import": attribute.OptionalForImport,
			}
		}
		identityJSON[name] = object{"version": identity.Version, "attributes": attributes}
	}
	// tfplugindocs expects this name.
	return json.NewEncoder(os.Stdout).Encode(object{"format_version": "1.0", "provider_schemas": object{"registry.terraform.io/hashicorp/agyn": object{
		"provider":                   schema(found.Provider),
		"resource_schemas":           schemas(found.ResourceSchemas),
		"data_source_schemas":        schemas(found.DataSourceSchemas),
		"ephemeral_resource_schemas": schemas(found.EphemeralResourceSchemas),
		"list_resource_schemas":      schemas(found.ListResourceSchemas),
		"action_schemas":             actions,
		"resource_identity_schemas":  identityJSON,
	}}})
}

func schemas(of map[string]*tfprotov6.Schema) object {
	all := object{}
	for name, one := range of {
		all[name] = schema(one)
	}
	return all
}

func schema(of *tfprotov6.Schema) object {
	return object{"version": of.Version, "block": block(of.Block)}
}

func block(of *tfprotov6.SchemaBlock) object {
	nested := object{}
	for _, one := range of.BlockTypes {
		nested[one.TypeName] = object{
			"nesting_mode": nestingModes[one.Nesting.String()], "block": block(one.Block), "min_items": one.MinItems, "max_items": one.MaxItems,
		}
	}
	return object{"attributes": attributes(of.Attributes), "block_types": nested, "description": of.Description, "description_kind": "markdown"}
}

func attributes(of []*tfprotov6.SchemaAttribute) object {
	all := object{}
	for _, one := range of {
		attribute := object{
			"description": one.Description, "description_kind": "markdown", "required": one.Required, "optional": one.Optional,
			"computed": one.Computed, "sensitive": one.Sensitive, "write_only": one.WriteOnly, "deprecated": one.Deprecated,
		}
		if one.NestedType == nil {
			attribute["type"] = one.Type
		} else {
			attribute["nested_type"] = object{
				"attributes": attributes(one.NestedType.Attributes), "nesting_mode": nestingModes[one.NestedType.Nesting.String()],
			}
		}
		all[one.Name] = attribute
	}
	return all
}

// nestingModes are the names of nesting modes in JSON, for blocks and for attributes.
var nestingModes = map[string]string{"SINGLE": "single", "LIST": "list", "SET": "set", "MAP": "map", "GROUP": "group"}
