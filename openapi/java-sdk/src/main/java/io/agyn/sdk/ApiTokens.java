package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.ApiTokensApi;
import io.agyn.sdk.model.ApiToken;
import io.agyn.sdk.model.ApiTokenCreate;
import io.agyn.sdk.model.ApiTokenCreated;
import io.agyn.sdk.model.ApiTokenList;
import java.util.UUID;

/** The API tokens of the caller; for cluster admins, of all users. They are created and revoked, never changed. */
public final class ApiTokens {
    private final ApiTokensApi api;
    private final Exchange exchange;

    ApiTokens(ApiTokensApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates an API token. The server returns its plaintext once: if the first response is lost, this method deletes
     * that token and creates another one.
     *
     * @param token its description and, optionally, its expiry, the organization that it is bound to and, for cluster
     *     admins, its user
     * @return the API token with its plaintext, which no later response contains
     * @throws InvalidRequestException if it breaks a rule
     * @throws NotFoundException if the organization or user does not exist or is not accessible
     */
    public ApiTokenCreated create(ApiTokenCreate token) {
        requireNonNull(token, "token is null");
        ApiTokenCreated created = exchange.create(key -> api.createApiTokenWithHttpInfo(token, key));
        while (created.getToken() == null) {
            delete(created.getId());
            created = exchange.create(key -> api.createApiTokenWithHttpInfo(token, key));
        }
        return created;
    }

    /**
     * Reads the metadata of an API token.
     *
     * @param id the API token's id
     * @return the API token
     * @throws NotFoundException if it does not exist
     */
    public ApiToken get(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.read(() -> api.getApiTokenWithHttpInfo(id));
    }

    /**
     * Lists all API tokens of the caller.
     *
     * @return the API tokens, fetched while iterating
     */
    public Listing<ApiToken> list() {
        return listOf(null);
    }

    /**
     * Lists all API tokens of a user.
     *
     * @param userId the user's id
     * @return the API tokens, fetched while iterating; empty for another user if the caller is not a cluster admin
     */
    public Listing<ApiToken> list(UUID userId) {
        requireNonNull(userId, "userId is null");
        return listOf(userId);
    }

    private Listing<ApiToken> listOf(UUID userId) {
        return new Listing<>((pageSize, pageToken) -> {
            ApiTokenList page =
                    exchange.read(() -> api.listApiTokensWithHttpInfo(pageSize, pageToken, userId, null, null));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }

    /**
     * Revokes an API token.
     *
     * @param id the API token's id
     * @throws NotFoundException if it does not exist
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteApiTokenWithHttpInfo(id, null));
    }
}
