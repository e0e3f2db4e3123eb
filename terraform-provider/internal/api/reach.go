package api

import (
	"context"
	"fmt"
	"slices"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

func unreached(me *client.Me, target, remedy string) Explanation {
	return Explanation(fmt.Sprintf("The server returns 404, since the provider's API token, of the user %s, does not reach %s. %s", me.Name, target, remedy))
}

// RequireReach fails with an Explanation unless the API token reaches an organization, and the API tokens of a user; either
// may be empty. The server returns 404 for what it does not reach, as for what was deleted. It asks the server each time: what a token reaches may change during a run.
func (c *Client) RequireReach(ctx context.Context, organizationID, userID string) error {
	if organizationID == "" && userID == "" {
		return nil
	}
	me, _, err := c.MeAPI.GetMe(ctx).Execute()
	switch {
	case err != nil:
		return err
	case organizationID != "" && !reachesOrganization(me, organizationID):
		return unreached(me, "the organization "+organizationID, "Set a token that does. If the organization was deleted, "+
			"remove what was in it from the state with terraform state rm.")
	case userID != "" && userID != me.Id && me.Role != client.CLUSTER_ADMIN:
		return unreached(me, "the API tokens of the user "+userID, "Set a token of that user or of a cluster admin.")
	}
	return nil
}

func reachesOrganization(me *client.Me, organizationID string) bool {
	if bound := me.OrganizationId.Get(); bound != nil && *bound != organizationID {
		return false
	}
	return me.Role == client.CLUSTER_ADMIN || slices.ContainsFunc(me.Memberships, func(membership client.Membership) bool {
		return membership.OrganizationId == organizationID
	})
}
