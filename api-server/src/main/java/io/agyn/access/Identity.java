package io.agyn.access;

import io.agyn.api.model.Role;
import java.time.Instant;
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
 * @param expiresAt when the API token stops working, if it does
 */
public record Identity(
        UUID userId,
        String userName,
        Role role,
        UUID tokenId,
        Optional<UUID> boundOrganization,
        Optional<Instant> expiresAt) {
    /** Whether the API token works at a time. */
    public boolean isValidAt(Instant time) {
        return expiresAt.isEmpty() || expiresAt.get().isAfter(time);
    }

    /** Whether the organization is within the API token's bounds. */
    public boolean reaches(UUID organizationId) {
        return boundOrganization.isEmpty() || boundOrganization.get().equals(organizationId);
    }
}
