package io.agyn.proxy.routing;

import io.agyn.access.Identity;
import java.util.Optional;
import java.util.UUID;

/**
 * What a call asks for, within what its token reaches.
 *
 * @param bound the only organization that the token reaches, if it is bound to one
 * @param organization the id or slug of the organization that the caller chose, if they chose one
 * @param model the name or id of a model, or {@code slug/name}
 */
record RouteKey(Optional<UUID> bound, Optional<String> organization, String model) {
    static RouteKey of(Identity identity, Optional<String> organization, String model) {
        return new RouteKey(identity.boundOrganization(), organization, model);
    }

    /** Whether a change in an organization may change where this leads. */
    boolean reaches(UUID organizationId) {
        return bound.isEmpty() || bound.get().equals(organizationId);
    }
}
