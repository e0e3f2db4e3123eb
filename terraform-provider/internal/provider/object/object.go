// Package object has what the packages of all objects share.
package object

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// IsThere tells whether a refresh has found the thing. One that was deleted elsewhere leaves the state, with a warning.
func IsThere(
	ctx context.Context, kind, id string, identity any, answer *http.Response, err error, response *resource.ReadResponse,
) bool {
	switch {
	case api.IsNotFound(answer, err):
		response.Diagnostics.AddWarning(fmt.Sprintf("The %s is gone", kind),
			fmt.Sprintf("The %s %s was deleted elsewhere. It is removed from the state, and the next apply makes a new one.", kind, id))
		response.State.RemoveResource(ctx)
		// The framework wants it all the same, and a state that an older terraform has written has none.
		if response.Identity != nil {
			response.Diagnostics.Append(response.Identity.Set(ctx, identity)...)
		}
	case err != nil:
		response.Diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be read", kind), err)...)
	}
	return err == nil
}

// Deleted notes why a thing is not deleted; one that is gone already is. A success with another status than the contract's
// is from something in front of the server, such as a sign-in page.
func Deleted(kind string, answer *http.Response, err error, diagnostics *diag.Diagnostics) {
	if err == nil && answer.StatusCode != http.StatusNoContent {
		err = fmt.Errorf("%s in place of 204", answer.Status)
	}
	if err != nil && !api.IsNotFound(answer, err) {
		diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be deleted", kind), err)...)
	}
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
