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

// Identity tells one thing from all others of its kind that belong to no organization.
type Identity struct {
	ID types.String `tfsdk:"id"`
}

// IdentityInOrganization tells one thing from all others of its kind that belong to organizations.
type IdentityInOrganization struct {
	OrganizationID types.String `tfsdk:"organization_id"`
	ID             types.String `tfsdk:"id"`
}

// IdentitySchema describes an Identity.
func IdentitySchema(kind string) identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "The id of the " + kind + ", a UUID."},
	}}
}

// IdentitySchemaInOrganization describes an IdentityInOrganization.
func IdentitySchemaInOrganization(kind string) identityschema.Schema {
	schema := IdentitySchema(kind)
	schema.Attributes["organization_id"] = identityschema.StringAttribute{RequiredForImport: true, Description: "The id of the organization, a UUID."}
	return schema
}

// Import reads what an import says: an id, or an identity.
func Import(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), request, response)
	var id types.String
	response.Diagnostics.Append(response.State.GetAttribute(ctx, path.Root("id"), &id)...)
	requireUUIDs(&response.Diagnostics, "<id>, a UUID", id.ValueString())
}

// ImportInOrganization reads what an import says: <organization_id>/<id>, or an identity. The second part goes into the
// attribute that is given, of the state as of the identity.
func ImportInOrganization(ctx context.Context, attribute string, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	organization, id, _ := strings.Cut(request.ID, "/")
	if request.ID == "" && request.Identity != nil {
		response.Diagnostics.Append(request.Identity.GetAttribute(ctx, path.Root("organization_id"), &organization)...)
		response.Diagnostics.Append(request.Identity.GetAttribute(ctx, path.Root(attribute), &id)...)
	}
	requireUUIDs(&response.Diagnostics, fmt.Sprintf("<organization_id>/<%s>, both UUIDs", attribute), organization, id)
	if response.Diagnostics.HasError() {
		return
	}
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("organization_id"), organization)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root(attribute), id)...)
}

func requireUUIDs(diagnostics *diag.Diagnostics, form string, ids ...string) {
	if slices.ContainsFunc(ids, func(id string) bool { return !uuid.MatchString(id) }) {
		diagnostics.AddError("The import id cannot be read", fmt.Sprintf("Give it as %s in small letters; it is %q.", form, strings.Join(ids, "/")))
	}
}

// Save sets the state of a resource and its identity.
func Save(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, of, is any, diagnostics *diag.Diagnostics) {
	diagnostics.Append(state.Set(ctx, of)...)
	// A client that knows no identities hands none over.
	if identity != nil {
		diagnostics.Append(identity.Set(ctx, is)...)
	}
}
