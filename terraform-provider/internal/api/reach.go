package api

import (
	"context"
	"fmt"
	"slices"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// UnreachedError tells that the API token does not reach the owner of a thing. The server returns 404 for such a thing, as
// for a deleted one.
type UnreachedError struct {
	// user is the name of the token's user; target is what the token does not reach, and remedy says what to do.
	user, target, remedy string
}

// Error implements error.
func (u *UnreachedError) Error() string {
	return fmt.Sprintf("The server returns 404, since the provider's API token, of the user %s, does not reach %s. %s", u.user, u.target, u.remedy)
}

// RequireReach fails with an UnreachedError unless the API token reaches an organization, and the API tokens of a user;
// either may be empty. It asks the server each time: what a token reaches may change during a run.
func (c *Client) RequireReach(ctx context.Context, organizationID, userID string) error {
	if organizationID == "" && userID == "" {
		return nil
	}
	me, _, err := c.MeAPI.GetMe(ctx).Execute()
	switch {
	case err != nil:
		return err
	case organizationID != "" && !reachesOrganization(me, organizationID):
		return &UnreachedError{me.Name, "the organization " + organizationID, "Set a token that does. If the organization was deleted, " +
			"remove what was in it from the state with terraform state rm."}
	case userID != "" && userID != me.Id && me.Role != client.CLUSTER_ADMIN:
		return &UnreachedError{me.Name, "the API tokens of the user " + userID, "Set a token of that user or of a cluster admin."}
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
