package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.ApiTokensApi;
import io.agyn.sdk.model.ApiToken;
import io.agyn.sdk.model.ApiTokenCreate;
import io.agyn.sdk.model.ApiTokenCreated;
import io.agyn.sdk.model.ApiTokenList;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The caller's API tokens; for cluster admins, all users' tokens. They are created and revoked, never changed. */
public final class ApiTokens {
    private final ApiTokensApi api;
    private final Exchange exchange;

    ApiTokens(ApiTokensApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Creates an API token. The server shows the plaintext once: if the first response is lost, this method deletes that
     * token and creates another one.
     *
     * @param token its description, and optionally its expiry and the one organization that it can access; cluster admins
     *     may also set its user
     * @return the API token with its plaintext, which no later response includes
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if the caller can access no such organization or user
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
     * @return the API tokens, fetched while iterating; only cluster admins see another user's
     */
    public Listing<ApiToken> list(UUID userId) {
        requireNonNull(userId, "userId is null");
        return listOf(userId);
    }

    private Listing<ApiToken> listOf(@Nullable UUID userId) {
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
