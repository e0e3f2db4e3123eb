package api

import (
	"context"
	"fmt"
	"slices"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// RequireAccess returns a UserError unless the API token has access to an organization, and to the API tokens of a user; either
// may be empty. The server returns 404 without access, as for a deleted object. RequireAccess asks the server each time,
// because the access of a token may change during a run.
func (c *Client) RequireAccess(ctx context.Context, organizationID, userID string) error {
	if organizationID == "" && userID == "" {
		return nil
	}
	me, _, err := c.MeAPI.GetMe(ctx).Execute()
	switch {
	case err != nil:
		return err
	case organizationID != "" && !hasAccess(me, organizationID):
		return noAccess(me, "the organization "+organizationID, "Set a token with access. If the organization was deleted, remove its "+
			"objects from the state with terraform state rm.")
	case userID != "" && userID != me.Id && me.Role != client.ROLE_CLUSTER_ADMIN:
		return noAccess(me, "the API tokens of the user "+userID, "Set a token of that user or of a cluster admin.")
	}
	return nil
}

func hasAccess(me *client.Me, organizationID string) bool {
	if bound := me.OrganizationId.Get(); bound != nil && *bound != organizationID {
		return false
	}
	return me.Role == client.ROLE_CLUSTER_ADMIN || slices.ContainsFunc(me.Memberships, func(membership client.Membership) bool {
		return membership.OrganizationId == organizationID
	})
}

func noAccess(me *client.Me, target, remedy string) UserError {
	return UserError(fmt.Sprintf("The provider's API token, of the user %s, has no access to %s. %s", me.Name, target, remedy))
}
