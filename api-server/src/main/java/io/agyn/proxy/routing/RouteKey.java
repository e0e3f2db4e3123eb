package io.agyn.proxy.routing;

import io.agyn.access.Identity;
import io.agyn.access.OrganizationScope;
import java.util.Optional;
import java.util.UUID;

/**
 * The cache key of a route. Callers with the same scope and home share it.
 *
 * @param scope the organizations that the token reaches
 * @param home the home organization, in which names without a slug are resolved, if any; empty if an organization is
 *     selected
 * @param organization the id or slug of the selected organization, if any
 */
record RouteKey(OrganizationScope scope, Optional<UUID> home, Optional<String> organization, ModelSelector model) {
    static RouteKey of(Identity identity, Optional<String> organization, ModelSelector model) {
        return new RouteKey(
                identity.scope(),
                organization.isPresent() ? Optional.empty() : identity.home().filter(identity::reaches),
                organization,
                model);
    }

    /** Whether a change in an organization may change the route. */
    boolean reaches(UUID organizationId) {
        return scope.includes(organizationId);
    }
}
