// Package object has what the packages of all objects share.
package object

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// Client takes the client out of the data that the provider hands to resources and data sources. It is nil before the
// provider is configured, and where its configuration is not known yet.
func Client(data any, diagnostics *diag.Diagnostics) *api.Client {
	if data == nil {
		return nil
	}
	client, ok := data.(*api.Client)
	if !ok {
		diagnostics.AddError("The provider is broken", fmt.Sprintf("It hands on a %T where a client is due; please report this.", data))
	}
	return client
}

// RequireClient notes an error where there is no client, since the provider's configuration is not known yet.
func RequireClient(client *api.Client, diagnostics *diag.Diagnostics) bool {
	if client == nil {
		diagnostics.AddError("The provider is not configured yet",
			"Its gateway or token comes from something that is yet to be made. Make that first, with terraform apply -target.")
	}
	return client != nil
}

// ImportInOrganization reads the id of an import as <organization_id>/<id>.
func ImportInOrganization(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	organization, id, found := strings.Cut(request.ID, "/")
	if !found || organization == "" || id == "" || strings.Contains(id, "/") {
		response.Diagnostics.AddError("The import id cannot be read",
			fmt.Sprintf("Give it as <organization_id>/<id>, both UUIDs; it is %q.", request.ID))
		return
	}
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("organization_id"), organization)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("id"), id)...)
}

// WarnGone says that a thing was deleted elsewhere and is planned anew.
func WarnGone(kind, id string, diagnostics *diag.Diagnostics) {
	diagnostics.AddWarning(fmt.Sprintf("The %s is gone", kind),
		fmt.Sprintf("The %s %s was deleted elsewhere. It is removed from the state, and the next apply makes a new one.", kind, id))
}

// Single gives the only one of the things that were found by name.
func Single[T any](items []T, kind, what string, diagnostics *diag.Diagnostics) (T, bool) {
	if len(items) == 1 {
		return items[0], true
	}
	var none T
	if len(items) == 0 {
		diagnostics.AddError(fmt.Sprintf("There is no such %s", kind), fmt.Sprintf("No %s has the %s; check it.", kind, what))
	} else {
		diagnostics.AddError(fmt.Sprintf("There are several such %ss", kind),
			fmt.Sprintf("More than one %s has the %s; give the id instead.", kind, what))
	}
	return none, false
}
