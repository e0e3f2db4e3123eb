package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.ApiTokensApi;
import io.agyn.sdk.model.ApiToken;
import io.agyn.sdk.model.ApiTokenCreate;
import io.agyn.sdk.model.ApiTokenCreated;
import io.agyn.sdk.model.ApiTokenList;
import io.agyn.sdk.model.ApiTokenUpdate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The caller's API tokens; for cluster admins, all users' tokens. */
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
     * <p>Without scopes, it can only call models; without an organization, it is bound to its user's home organization, see
     * {@link #createUnbound}.
     *
     * @param token its description, and optionally its scopes, models, expiry and the one organization that it can access;
     *     cluster admins may also set its user
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
     * Creates an API token like {@link #create}, but with access to all organizations of its user.
     *
     * @param token the API token; its organization is ignored
     * @return the API token with its plaintext, which no later response includes
     */
    public ApiTokenCreated createUnbound(ApiTokenCreate token) {
        requireNonNull(token, "token is null");
        ApiTokenCreate unbound = new Unbound()
                .userId(token.getUserId())
                .description(token.getDescription())
                .scopes(token.getScopes())
                .modelIds(token.getModelIds())
                .defaultModelId(token.getDefaultModelId())
                .expiresAt(token.getExpiresAt());
        return create(unbound);
    }

    /** Sends the null organization that the generated class omits. */
    private static final class Unbound extends ApiTokenCreate {
        @Override
        @JsonProperty("organization_id")
        @JsonInclude(JsonInclude.Include.ALWAYS)
        public @Nullable UUID getOrganizationId() {
            return null;
        }
    }

    /**
     * Replaces the description, scopes, models and default model of an API token.
     *
     * @param id the API token's id
     * @param token the new state
     * @return the API token as it is now
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if it does not exist
     */
    public ApiToken update(UUID id, ApiTokenUpdate token) {
        requireNonNull(id, "id is null");
        requireNonNull(token, "token is null");
        return exchange.write(() -> api.updateApiTokenWithHttpInfo(id, token, null));
    }

    /**
     * Updates an API token, like {@link #update(UUID, ApiTokenUpdate)}, but only if it has not changed since.
     *
     * @param id the API token's id
     * @param token the new state
     * @param etag the entity tag of the state that the update is based on
     * @return the API token as it is now and its new entity tag
     * @throws PreconditionFailedException if the API token has changed since
     */
    public Versioned<ApiToken> update(UUID id, ApiTokenUpdate token, String etag) {
        requireNonNull(id, "id is null");
        requireNonNull(token, "token is null");
        requireNonNull(etag, "etag is null");
        return exchange.writeVersioned(() -> api.updateApiTokenWithHttpInfo(id, token, etag));
    }

    /**
     * Reads the metadata of an API token together with its entity tag, which uses of the token do not change.
     *
     * @param id the API token's id
     * @return the API token and the tag that makes a later update conditional
     * @throws NotFoundException if it does not exist
     */
    public Versioned<ApiToken> getVersioned(UUID id) {
        requireNonNull(id, "id is null");
        return exchange.readVersioned(() -> api.getApiTokenWithHttpInfo(id));
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
