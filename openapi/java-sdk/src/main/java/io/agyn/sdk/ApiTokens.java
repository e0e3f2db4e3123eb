package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.ApiTokensApi;
import io.agyn.sdk.model.ApiToken;
import io.agyn.sdk.model.ApiTokenCreate;
import io.agyn.sdk.model.ApiTokenCreated;
import io.agyn.sdk.model.ApiTokenList;
import java.util.UUID;

/** The API tokens of the caller, and for cluster admins everybody's. They are made and revoked, never changed. */
public final class ApiTokens {
    private final ApiTokensApi api;
    private final Exchange exchange;

    ApiTokens(ApiTokensApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates an API token. If the response to the first attempt is lost, the plaintext is lost with it, since the server
     * shows it once: that token is then deleted, and another one created.
     *
     * @param token what it is for, and optionally when it expires, the one organization that it reaches and, where the
     *     caller is a cluster admin, the user whose it is
     * @return the API token with its plaintext, which no later response has
     * @throws InvalidRequestException if it breaks a rule
     * @throws NotFoundException if there is no such organization or no such user in reach
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
     * @throws NotFoundException if there is none
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
     * @return the API tokens, fetched while iterating; none of another user unless the caller is a cluster admin
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
     * @throws NotFoundException if there is none
     */
    public void delete(UUID id) {
        requireNonNull(id, "id is null");
        exchange.delete(() -> api.deleteApiTokenWithHttpInfo(id, null));
    }
}
