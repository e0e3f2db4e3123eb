package object

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Identity is the identity of an object outside of organizations.
type Identity struct {
	ID types.String `tfsdk:"id"`
}

// IdentityInOrganization is the identity of an object in an organization.
type IdentityInOrganization struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	ID             types.String `tfsdk:"id"`
}

// IdentitySchema is the schema of Identity.
func IdentitySchema(kind string) identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "The id of the " + kind + ", a UUID."},
	}}
}

// IdentitySchemaInOrganization is the schema of IdentityInOrganization. An import needs only the id.
func IdentitySchemaInOrganization(kind string) identityschema.Schema {
	schema := IdentitySchema(kind)
	schema.Attributes["organization_id"] = identityschema.StringAttribute{OptionalForImport: true, Description: "The id of the organization, a UUID."}
	return schema
}

// Import imports by an id or an identity.
func Import(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	ImportBy(ctx, "id", request, response)
}

// ImportBy imports by the id in an attribute, which the identity has too.
func ImportBy(ctx context.Context, attribute string, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root(attribute), path.Root(attribute), request, response)
	var id types.String
	response.Diagnostics.Append(response.State.GetAttribute(ctx, path.Root(attribute), &id)...)
	requireUUIDs(&response.Diagnostics, fmt.Sprintf("<%s>", attribute), id.ValueString())
}

func requireUUIDs(diagnostics *diag.Diagnostics, form string, ids ...string) {
	if slices.ContainsFunc(ids, func(id string) bool { return !uuid.MatchString(id) }) {
		diagnostics.AddError("Invalid import id",
			fmt.Sprintf("%q does not have the form %s, with UUIDs in lower case.", strings.Join(ids, "/"), form))
	}
}

// Save sets the state and the identity of a resource.
func Save(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, model, identityModel any, diagnostics *diag.Diagnostics) {
	diagnostics.Append(state.Set(ctx, model)...)
	// It is nil for a client without support for identities.
	if identity != nil {
		diagnostics.Append(identity.Set(ctx, identityModel)...)
	}
}
