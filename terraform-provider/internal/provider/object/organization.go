package object

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// maxSearchedOrganizations limits the requests of an import by id alone: the API finds an object only in a known organization.
const maxSearchedOrganizations = 200

const (
	organizationName = "organization_id"
	organizationText = "The id of the organization. The default is the `organization_id` of the provider block."
)

// OrganizationID is the organization that an object belongs to. A change replaces the object. The resource embeds
// InOrganization.
func OrganizationID() schema.StringAttribute {
	return schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: organizationText + " A change replaces the resource.",
		Validators:          []validator.String{UUID()},
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
	}
}

// InOrganization is the base of resources whose objects belong to an organization.
type InOrganization struct {
	Resource
}

// ModifyPlan implements resource.ResourceWithModifyPlan: it plans the provider's organization_id if the configuration has none. A
// resource with a ModifyPlan calls this first.
func (r *InOrganization) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, response *resource.ModifyPlanResponse) {
	if request.Plan.Raw.IsNull() || r.Client == nil {
		return
	}
	var configured, prior types.String
	response.Diagnostics.Append(request.Config.GetAttribute(ctx, path.Root(organizationName), &configured)...)
	if response.Diagnostics.HasError() || !configured.IsNull() {
		return
	}
	if !request.State.Raw.IsNull() {
		response.Diagnostics.Append(request.State.GetAttribute(ctx, path.Root(organizationName), &prior)...)
	}
	if r.OrganizationID.IsUnknown() {
		// An existing object keeps its organization until the default is known.
		return
	}
	planned := r.organization(configured, &response.Diagnostics)
	response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root(organizationName), planned)...)
	if !prior.IsNull() && !prior.Equal(planned) {
		response.RequiresReplace = append(response.RequiresReplace, path.Root(organizationName))
	}
}

// organization returns the configured organization or the provider's, or adds an error if both are missing.
func (b *base) organization(configured types.String, diagnostics *diag.Diagnostics) types.String {
	switch {
	case !configured.IsNull():
		return configured
	case b.OrganizationID.IsNull():
		diagnostics.AddAttributeError(path.Root(organizationName), "The organization is missing",
			"Set organization_id here, or as the default in the provider block, or AGYN_ORGANIZATION_ID in the environment.")
	case b.OrganizationID.IsUnknown():
		diagnostics.AddAttributeError(path.Root(organizationName), "The organization is unknown",
			"The organization_id of the provider block depends on a resource that does not exist yet. Create that resource first with "+
				"terraform apply -target, or set organization_id here.")
	}
	return b.OrganizationID
}

// Organization returns the organization of a data source, an ephemeral resource or an action: the configured one or the
// provider's. It adds an error and returns null if both are missing. The provider must be configured.
func (b *base) Organization(configured types.String, diagnostics *diag.Diagnostics) types.String {
	found := b.organization(configured, diagnostics)
	if found.IsUnknown() {
		return types.StringNull()
	}
	return found
}

// Lookup reads an object, to find its organization.
type Lookup func(ctx context.Context, organizationID, id string) (*http.Response, error)

// Import imports by <organization_id>/<id>, by <id> alone or by an identity. The attribute receives the id, in the state and in
// the identity. lookup may be nil: then an id alone belongs to the provider's organization_id.
func (r *InOrganization) Import(ctx context.Context, attribute string, lookup Lookup, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	form := fmt.Sprintf("<organization_id>/<%s> or <%[1]s>", attribute)
	organization, id, both := strings.Cut(request.ID, "/")
	if !both {
		organization, id = "", request.ID
	}
	if request.ID == "" && request.Identity != nil {
		var inIdentity types.String
		response.Diagnostics.Append(request.Identity.GetAttribute(ctx, path.Root(organizationName), &inIdentity)...)
		response.Diagnostics.Append(request.Identity.GetAttribute(ctx, path.Root(attribute), &id)...)
		organization, both = inIdentity.ValueString(), !inIdentity.IsNull()
	}
	if both {
		requireUUIDs(&response.Diagnostics, form, organization, id)
	} else if requireUUIDs(&response.Diagnostics, form, id); !response.Diagnostics.HasError() && r.Ready(nil, &response.Diagnostics) {
		organization = r.search(ctx, lookup, id, &response.Diagnostics)
	}
	if response.Diagnostics.HasError() {
		return
	}
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root(organizationName), organization)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root(attribute), id)...)
	if response.Identity != nil {
		response.Diagnostics.Append(response.Identity.SetAttribute(ctx, path.Root(organizationName), organization)...)
		response.Diagnostics.Append(response.Identity.SetAttribute(ctx, path.Root(attribute), id)...)
	}
}

// search returns the organization of an object: the provider's, or the only one of the caller's that has it. Otherwise it adds
// an error.
func (r *InOrganization) search(ctx context.Context, lookup Lookup, id string, diagnostics *diag.Diagnostics) string {
	usual := r.OrganizationID.ValueString()
	if lookup == nil {
		if usual == "" {
			diagnostics.AddError("The organization is missing",
				"Import by <organization_id>/<user_id>, or set organization_id in the provider block, or AGYN_ORGANIZATION_ID in the environment.")
		}
		return usual
	}
	organizations, err := api.List[client.Organization](r.Client.OrganizationsAPI.ListOrganizations(ctx), maxSearchedOrganizations+1)
	if err != nil {
		diagnostics.Append(api.Diagnose("The organizations cannot be listed", err)...)
		return ""
	}
	var candidates []string
	if usual != "" {
		candidates = append(candidates, usual)
	}
	for _, organization := range organizations {
		if organization.Id != usual {
			candidates = append(candidates, organization.Id)
		}
	}
	for _, candidate := range candidates[:min(len(candidates), maxSearchedOrganizations)] {
		httpResponse, err := lookup(ctx, candidate, id)
		if err == nil {
			return candidate
		}
		if !api.IsNotFound(httpResponse, err) {
			diagnostics.Append(api.Diagnose("The object cannot be looked up", err)...)
			return ""
		}
	}
	if len(candidates) > maxSearchedOrganizations {
		diagnostics.AddError("The organization is not found",
			fmt.Sprintf("The object %s is in none of the first %d organizations. Import by <organization_id>/<id>.", id, maxSearchedOrganizations))
	} else {
		diagnostics.AddError("The object does not exist",
			fmt.Sprintf("No organization that the API token has access to has the object %s. Check the id and the type of the resource.", id))
	}
	return ""
}
