package io.agyn.access;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Role;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Whom a credential stands for.
 *
 * @param userId the user
 * @param userName the user's name
 * @param role what the user may do in the cluster
 * @param memberships the organizations that the user belongs to, and as what
 * @param tokenId the API token that was given
 * @param boundOrganization the only organization that the API token reaches, if it is bound to one
 * @param expiresAt when the API token stops working, if it does
 * @param reach the organizations that the API token reaches
 */
public record Identity(
        UUID userId,
        String userName,
        Role role,
        Map<UUID, MemberRole> memberships,
        UUID tokenId,
        Optional<UUID> boundOrganization,
        Optional<Instant> expiresAt,
        OrganizationScope reach) {
    /** An identity that reaches what its role, its memberships and its API token's bounds let it reach. */
    public Identity(
            UUID userId,
            String userName,
            Role role,
            Map<UUID, MemberRole> memberships,
            UUID tokenId,
            Optional<UUID> boundOrganization,
            Optional<Instant> expiresAt) {
        this(
                userId,
                userName,
                role,
                Map.copyOf(memberships),
                tokenId,
                boundOrganization,
                expiresAt,
                reach(role, memberships, boundOrganization));
    }

    private static OrganizationScope reach(
            Role role, Map<UUID, MemberRole> memberships, Optional<UUID> boundOrganization) {
        OrganizationScope ofUser =
                role == Role.CLUSTER_ADMIN ? OrganizationScope.ALL : OrganizationScope.of(memberships.keySet());
        return boundOrganization.map(ofUser::within).orElse(ofUser);
    }

    /** Whether the API token works at a time. */
    public boolean isValidAt(Instant time) {
        return expiresAt.isEmpty() || expiresAt.get().isAfter(time);
    }

    /** Whether the user belongs to the organization, or is a cluster admin, and it is within the API token's bounds. */
    public boolean reaches(UUID organizationId) {
        return reach.includes(organizationId);
    }

    /** What the user is outside of organizations. */
    public EffectiveRole standing() {
        return switch (role) {
            case CLUSTER_ADMIN -> EffectiveRole.CLUSTER_ADMIN;
            case USER -> EffectiveRole.USER;
        };
    }

    /** What the user is in an organization; nothing where the API token does not reach it. */
    public Optional<EffectiveRole> standingIn(UUID organizationId) {
        if (!reaches(organizationId)) {
            return Optional.empty();
        }
        return Optional.of(
                role == Role.CLUSTER_ADMIN
                        ? EffectiveRole.CLUSTER_ADMIN
                        : switch (memberships.get(organizationId)) {
                            case OWNER -> EffectiveRole.OWNER;
                            case MEMBER -> EffectiveRole.MEMBER;
                        });
    }
}
