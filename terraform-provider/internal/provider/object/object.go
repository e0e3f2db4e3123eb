// Package object holds the code that the packages of all objects share.
package object

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/agynio/agyn/terraform-provider/internal/api"
)

// Ref refers to an object in the state.
type Ref struct {
	Kind, ID string
	// OrganizationID and UserID are the owners of the object, if any.
	OrganizationID, UserID string
	// Identity is a model of the resource's identity schema.
	Identity any
}

// CheckRead reports whether a refresh found the object. If somebody deleted it, it leaves the state with a warning.
func (b *base) CheckRead(ctx context.Context, ref Ref, httpResponse *http.Response, err error, response *resource.ReadResponse) bool {
	deleted, err := b.isDeleted(ctx, ref, httpResponse, err)
	switch {
	case deleted:
		RemoveFromState(ctx, ref, response)
	case err != nil:
		response.Diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be read", ref.Kind), err)...)
	}
	return !deleted && err == nil
}

// RemoveFromState removes an object that does not exist from the state, with a warning.
func RemoveFromState(ctx context.Context, ref Ref, response *resource.ReadResponse) {
	response.Diagnostics.AddWarning(fmt.Sprintf("The %s was deleted outside of Terraform", ref.Kind),
		fmt.Sprintf("The %s %s does not exist. It leaves the state, and the next apply creates it again.", ref.Kind, ref.ID))
	response.State.RemoveResource(ctx)
	// The framework requires an identity even so. A state from Terraform 1.11 or older lacks it.
	if response.Identity != nil {
		response.Diagnostics.Append(response.Identity.Set(ctx, ref.Identity)...)
	}
}

// CheckDeleted adds an error unless the object was deleted, now or before.
func (b *base) CheckDeleted(ctx context.Context, ref Ref, httpResponse *http.Response, err error, diagnostics *diag.Diagnostics) {
	if err == nil && httpResponse.StatusCode != http.StatusNoContent {
		// For instance the sign-in page of a gateway in front of the server.
		err = fmt.Errorf("%s instead of 204", httpResponse.Status)
	}
	if deleted, err := b.isDeleted(ctx, ref, httpResponse, err); !deleted && err != nil {
		diagnostics.Append(api.Diagnose(fmt.Sprintf("The %s cannot be deleted", ref.Kind), err)...)
	}
}

// isDeleted reports whether the server returned 404 for an object that the API token has access to. Otherwise it returns the
// cause of the failure.
func (b *base) isDeleted(ctx context.Context, ref Ref, httpResponse *http.Response, err error) (bool, error) {
	if !api.IsNotFound(httpResponse, err) {
		return false, err
	}
	err = b.Client.RequireAccess(ctx, ref.OrganizationID, ref.UserID)
	return err == nil, err
}
