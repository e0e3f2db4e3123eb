package io.agyn.members;

import io.agyn.api.model.Role;
import io.agyn.users.UserEntity;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;

/** The home organizations of users, in which model names without a slug are resolved. */
final class Homes {
    private Homes() {}

    /**
     * Returns a user's home organization: the chosen one if the user can access it, else the oldest membership's.
     *
     * @param memberships the user's memberships
     * @return the organization; empty for users without a membership who chose none
     */
    static Optional<UUID> of(UserEntity user, Collection<MemberEntity> memberships) {
        return Optional.ofNullable(user.homeOrganizationId)
                .filter(chosen -> user.role == Role.CLUSTER_ADMIN
                        || memberships.stream().anyMatch(membership -> membership.organizationId.equals(chosen)))
                .or(() -> memberships.stream()
                        .min(Comparator.comparing((MemberEntity membership) -> membership.createdAt)
                                .thenComparing(membership -> membership.id))
                        .map(membership -> membership.organizationId));
    }
}
