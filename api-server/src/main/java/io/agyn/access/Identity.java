package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Role;
import java.util.Optional;
import java.util.UUID;

/**
 * The identity behind a request: a user, and the credential that authenticated them.
 *
 * @param person the user
 * @param credential the credential
 * @param scope the organizations that the credential reaches
 * @param home the organization in which a model's name without a slug is resolved, if any
 */
public record Identity(Person person, Credential credential, OrganizationScope scope, Optional<UUID> home) {
    /** Creates an identity whose scope follows from the user's role and memberships and the credential's binding. */
    public Identity(Person person, Credential credential, Optional<UUID> home) {
        this(person, credential, scope(person, credential.organization()), home);
    }

    private static OrganizationScope scope(Person person, Optional<UUID> boundOrganization) {
        OrganizationScope userScope = person.role() == Role.CLUSTER_ADMIN
                ? OrganizationScope.ALL
                : OrganizationScope.of(person.memberships().keySet());
        return boundOrganization.map(userScope::within).orElse(userScope);
    }

    public UUID userId() {
        return person.id();
    }

    /**
     * Whether the credential reaches an organization: the user is a member or a cluster admin, and the credential is
     * not bound to another one.
     */
    public boolean reaches(UUID organizationId) {
        return scope.includes(organizationId);
    }

    /** The user's role outside of organizations. */
    public EffectiveRole effectiveRole() {
        return switch (person.role()) {
            case CLUSTER_ADMIN -> EffectiveRole.CLUSTER_ADMIN;
            case USER -> EffectiveRole.USER;
        };
    }

    /** The user's role in an organization; empty if the credential does not reach it. */
    public Optional<EffectiveRole> effectiveRoleIn(UUID organizationId) {
        if (!reaches(organizationId)) {
            return Optional.empty();
        }
        return Optional.of(
                person.role() == Role.CLUSTER_ADMIN
                        ? EffectiveRole.CLUSTER_ADMIN
                        : switch (requireNonNull(person.memberships().get(organizationId), "no membership")) {
                            case OWNER -> EffectiveRole.OWNER;
                            case MEMBER -> EffectiveRole.MEMBER;
                        });
    }
}
