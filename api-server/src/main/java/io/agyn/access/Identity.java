package io.agyn.access;

import io.agyn.api.model.Role;
import java.util.Optional;
import java.util.UUID;

/**
 * Whom a credential stands for.
 *
 * @param userId the user
 * @param userName the user's name
 * @param role what the user may do
 * @param tokenId the API token that was given
 * @param boundOrganization the only organization that the API token reaches, if it is bound to one
 */
public record Identity(UUID userId, String userName, Role role, UUID tokenId, Optional<UUID> boundOrganization) {
    /** Whether the organization is within the API token's bounds. */
    boolean reaches(UUID organizationId) {
        return boundOrganization.isEmpty() || boundOrganization.get().equals(organizationId);
    }
}
