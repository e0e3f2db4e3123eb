package io.agyn.oidc;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * The identity provider reported a user's groups, at a sign-in or with an access token. It is a synchronous CDI event inside
 * the transaction that signs the user in; an observer that throws rejects the sign-in.
 *
 * @param userId the user, who exists
 * @param groups the names of all of the user's groups
 * @param issuedAt when the token was issued; an older token must not undo the groups of a newer one
 */
public record GroupsObserved(UUID userId, Set<String> groups, Instant issuedAt) {
    public GroupsObserved {
        groups = Set.copyOf(groups);
    }
}
