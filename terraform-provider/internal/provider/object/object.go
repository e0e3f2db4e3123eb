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

// Thing is an object as the state knows it.
type Thing struct {
	Kind, ID string
	// OrganizationID is the organization that it belongs to, and UserID the user that it belongs to; empty for none.
	OrganizationID, UserID string
	// Identity is a model of its identity schema.
	Identity any
}

// IsThere tells whether a refresh has found the thing. One that was deleted elsewhere leaves the state, with a warning.
func (b *base) IsThere(ctx context.Context, thing Thing, answer *http.Response, err error, response *resource.ReadResponse) bool {
	gone, err := b.isGone(ctx, thing, answer, err)
	switch {
	case gone:
		response.Diagnostics.AddWarning(fmt.Sprintf("The %s is gone", thing.Kind),
			fmt.Sprintf("The %s %s was deleted elsewhere. It is removed from the state, and the next apply creates it again.", thing.Kind, thing.ID))
		response.State.RemoveResource(ctx)
		// The framework wants it all the same, and a state that an older terraform has written has none.
		if response.Identity != nil {
			response.Diagnostics.Append(response.Identity.Set(ctx, thing.Identity)...)
		}
	case err != nil:
		response.Diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be read", thing.Kind), err)...)
	}
	return !gone && err == nil
}

// Deleted notes why a thing is not deleted; one that is gone already is.
func (b *base) Deleted(ctx context.Context, thing Thing, answer *http.Response, err error, diagnostics *diag.Diagnostics) {
	if err == nil && answer.StatusCode != http.StatusNoContent {
		// From something in front of the server, such as a sign-in page.
		err = fmt.Errorf("%s in place of 204", answer.Status)
	}
	if gone, err := b.isGone(ctx, thing, answer, err); !gone && err != nil {
		diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be deleted", thing.Kind), err)...)
	}
}

// isGone tells whether a thing was deleted: the server returns 404 for it although the API token reaches its owner.
// Otherwise, it returns why the call failed.
func (b *base) isGone(ctx context.Context, thing Thing, answer *http.Response, err error) (bool, error) {
	if !api.IsNotFound(answer, err) {
		return false, err
	}
	err = b.Client.RequireReach(ctx, thing.OrganizationID, thing.UserID)
	return err == nil, err
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
