package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Role;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The identity behind a credential.
 *
 * @param userId the user
 * @param userName the user's name
 * @param role the user's role in the cluster
 * @param memberships the user's role in each of their organizations
 * @param tokenId the API token
 * @param boundOrganization the organization that the API token is bound to, if any
 * @param expiresAt when the API token expires, if ever
 * @param defaultModel the API token's model for calls without a model, if any
 * @param scope the organizations that the API token reaches
 */
public record Identity(
        UUID userId,
        String userName,
        Role role,
        Map<UUID, MemberRole> memberships,
        UUID tokenId,
        Optional<UUID> boundOrganization,
        Optional<Instant> expiresAt,
        Optional<UUID> defaultModel,
        OrganizationScope scope) {
    /** Creates an identity without a default model. */
    public Identity(
            UUID userId,
            String userName,
            Role role,
            Map<UUID, MemberRole> memberships,
            UUID tokenId,
            Optional<UUID> boundOrganization,
            Optional<Instant> expiresAt) {
        this(userId, userName, role, memberships, tokenId, boundOrganization, expiresAt, Optional.empty());
    }

    /** Creates an identity whose scope follows from its role, its memberships and its API token's binding. */
    public Identity(
            UUID userId,
            String userName,
            Role role,
            Map<UUID, MemberRole> memberships,
            UUID tokenId,
            Optional<UUID> boundOrganization,
            Optional<Instant> expiresAt,
            Optional<UUID> defaultModel) {
        this(
                userId,
                userName,
                role,
                Map.copyOf(memberships),
                tokenId,
                boundOrganization,
                expiresAt,
                defaultModel,
                scope(role, memberships, boundOrganization));
    }

    private static OrganizationScope scope(
            Role role, Map<UUID, MemberRole> memberships, Optional<UUID> boundOrganization) {
        OrganizationScope userScope =
                role == Role.CLUSTER_ADMIN ? OrganizationScope.ALL : OrganizationScope.of(memberships.keySet());
        return boundOrganization.map(userScope::within).orElse(userScope);
    }

    /** Whether the API token is valid at a time. */
    public boolean isValidAt(Instant time) {
        return expiresAt.isEmpty() || expiresAt.get().isAfter(time);
    }

    /**
     * Whether the API token reaches an organization: the user is a member or a cluster admin, and the token is not
     * bound to another one.
     */
    public boolean reaches(UUID organizationId) {
        return scope.includes(organizationId);
    }

    /** The user's role outside of organizations. */
    public EffectiveRole effectiveRole() {
        return switch (role) {
            case CLUSTER_ADMIN -> EffectiveRole.CLUSTER_ADMIN;
            case USER -> EffectiveRole.USER;
        };
    }

    /** The user's role in an organization; empty if the API token does not reach it. */
    public Optional<EffectiveRole> effectiveRoleIn(UUID organizationId) {
        if (!reaches(organizationId)) {
            return Optional.empty();
        }
        return Optional.of(
                role == Role.CLUSTER_ADMIN
                        ? EffectiveRole.CLUSTER_ADMIN
                        : switch (requireNonNull(memberships.get(organizationId), "no membership")) {
                            case OWNER -> EffectiveRole.OWNER;
                            case MEMBER -> EffectiveRole.MEMBER;
                        });
    }
}
