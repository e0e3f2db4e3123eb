package io.agyn.access;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The organizations that a caller reaches: all, or some. It is a cache key of every model call, so its hash is
 * cached.
 */
public final class OrganizationScope {
    /** All organizations, including future ones. */
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

    /** The organizations; empty for all of them. */
    public Optional<Set<UUID>> organizations() {
        return organizations;
    }

    public boolean includes(UUID organizationId) {
        return organizations.isEmpty() || organizations.get().contains(organizationId);
    }

    /** Returns the scope restricted to one organization. */
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
