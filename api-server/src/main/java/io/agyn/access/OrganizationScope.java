package io.agyn.access;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The organizations that a caller reaches: all, or some. Each call of a model is looked up by it, so that its hash is kept.
 */
public final class OrganizationScope {
    /** All organizations, those to come included. */
    public static final OrganizationScope ALL = new OrganizationScope(Optional.empty());

    private final Optional<Set<UUID>> organizations;
    private final int hash;

    private OrganizationScope(Optional<Set<UUID>> organizations) {
        this.organizations = organizations;
        this.hash = organizations.hashCode();
    }

    /** Some organizations, or none. */
    public static OrganizationScope of(Set<UUID> organizations) {
        return new OrganizationScope(Optional.of(Set.copyOf(organizations)));
    }

    /** The organizations; nothing where it is all of them. */
    public Optional<Set<UUID>> organizations() {
        return organizations;
    }

    /** Whether an organization is among them. */
    public boolean includes(UUID organizationId) {
        return organizations.isEmpty() || organizations.get().contains(organizationId);
    }

    /** The part of it that lies in one organization. */
    public OrganizationScope within(UUID organizationId) {
        return of(includes(organizationId) ? Set.of(organizationId) : Set.of());
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof OrganizationScope that
                        && hash == that.hash
                        && organizations.equals(that.organizations);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return organizations.map(Set::toString).orElse("all organizations");
    }
}
