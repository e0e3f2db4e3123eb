package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.OrganizationApiTokensApi;
import io.agyn.sdk.model.ApiToken;
import io.agyn.sdk.model.ApiTokenList;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The API tokens of all users that are bound to an organization, for its owners. */
public final class OrganizationApiTokens {
    private final UUID organizationId;
    private final OrganizationApiTokensApi api;
    private final Exchange exchange;

    OrganizationApiTokens(UUID organizationId, OrganizationApiTokensApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Lists all of them.
     *
     * @return the API tokens, fetched while iterating
     */
    public Listing<ApiToken> list() {
        return list(null, null, null);
    }

    /**
     * Lists those of a user.
     *
     * @param userId the user's id
     * @return the API tokens, fetched while iterating
     */
    public Listing<ApiToken> listOf(UUID userId) {
        requireNonNull(userId, "userId is null");
        return list(userId, null, null);
    }

    /**
     * Lists those that were never used.
     *
     * @return the API tokens, fetched while iterating
     */
    public Listing<ApiToken> listUnused() {
        return list(null, false, null);
    }

    /**
     * Lists those that expire before a time.
     *
     * @param time the time
     * @return the API tokens, fetched while iterating
     */
    public Listing<ApiToken> listExpiringBefore(OffsetDateTime time) {
        requireNonNull(time, "time is null");
        return list(null, null, time);
    }

    private Listing<ApiToken> list(
            @Nullable UUID userId, @Nullable Boolean used, @Nullable OffsetDateTime expiresBefore) {
        return new Listing<>((pageSize, pageToken) -> {
            ApiTokenList page = exchange.read(() -> api.listOrganizationApiTokensWithHttpInfo(
                    organizationId, pageSize, pageToken, userId, null, used, expiresBefore, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Revokes one of them, and the API tokens that it created.
     *
     * @param id the API token's id
     * @throws NotFoundException if it does not exist, or is not bound to the organization
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteOrganizationApiTokenWithHttpInfo(organizationId, id, null));
    }
}
