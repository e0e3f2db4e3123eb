package io.agyn.proxy.routing;

import io.agyn.access.Identity;
import io.agyn.access.OrganizationScope;
import java.util.Optional;
import java.util.UUID;

/**
 * What a call asks for, within what its token reaches. Whoever reaches the same is led to the same.
 *
 * @param reach the organizations that the token reaches
 * @param organization the id or slug of the organization that the caller chose, if they chose one
 * @param model the name or id of a model, or {@code slug/name}
 */
record RouteKey(OrganizationScope reach, Optional<String> organization, String model) {
    static RouteKey of(Identity identity, Optional<String> organization, String model) {
        return new RouteKey(identity.reach(), organization, model);
    }

    /** Whether a change in an organization may change where this leads. */
    boolean reaches(UUID organizationId) {
        return reach.includes(organizationId);
    }
}
