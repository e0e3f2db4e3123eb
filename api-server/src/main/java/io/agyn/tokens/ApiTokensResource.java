package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.api.ApiTokensApi;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.ApiTokenCreate;
import io.agyn.api.model.ApiTokenCreated;
import io.agyn.api.model.ApiTokenList;
import io.agyn.rest.Answers;
import io.agyn.rest.Paging;
import io.agyn.rest.StoredResource;
import io.agyn.users.UserEntity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;

/** The caller's API tokens over REST. */
@RunOnVirtualThread
@Transactional
class ApiTokensResource implements ApiTokensApi {
    private final ApiTokens tokens;
    private final Caller caller;
    private final Answers answers;

    ApiTokensResource(ApiTokens tokens, Caller caller, Answers answers) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.answers = requireNonNull(answers, "answers is null");
    }

    @Override
    public Response listApiTokens(Integer pageSize, String pageToken) {
        var page = Paging.read(
                        tokens, Map.of("user.id", caller.identity().userId()), new Paging.Request(pageSize, pageToken))
                .map(ApiTokensResource::read);
        return answers.ok(new ApiTokenList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createApiToken(ApiTokenCreate body) {
        Plaintext plaintext = Plaintext.random();
        UserEntity owner = tokens.getEntityManager()
                .getReference(UserEntity.class, caller.identity().userId());
        OffsetDateTime expiresAt = body.getExpiresAt();
        ApiTokenEntity token = tokens.store(
                owner,
                body.getDescription(),
                plaintext,
                body.getOrganizationId(),
                expiresAt == null ? null : expiresAt.toInstant().truncatedTo(ChronoUnit.MICROS));
        return answers.created(created(read(token), plaintext), read(token), "/api-tokens/" + token.id);
    }

    @Override
    public Response getApiToken(UUID apiTokenId) {
        return answers.ok(read(tokens.get(caller.identity().userId(), apiTokenId)));
    }

    @Override
    public Response deleteApiToken(UUID apiTokenId, String ifMatch) {
        ApiTokenEntity token = tokens.lock(caller.identity().userId(), apiTokenId);
        answers.requireMatch(ifMatch, read(token));
        tokens.delete(token);
        tokens.flush();
        return answers.deleted();
    }

    private static ApiToken read(ApiTokenEntity token) {
        return new ApiToken()
                .id(token.id)
                .description(token.description)
                .prefix(token.prefix)
                .organizationId(token.organizationId)
                .expiresAt(StoredResource.utc(token.expiresAt))
                .lastUsedAt(StoredResource.utc(token.lastUsedAt))
                .createdAt(StoredResource.utc(token.createdAt))
                .updatedAt(StoredResource.utc(token.updatedAt));
    }

    private static ApiTokenCreated created(ApiToken token, Plaintext plaintext) {
        return new ApiTokenCreated()
                .id(token.getId())
                .description(token.getDescription())
                .prefix(token.getPrefix())
                .organizationId(token.getOrganizationId())
                .expiresAt(token.getExpiresAt())
                .lastUsedAt(token.getLastUsedAt())
                .createdAt(token.getCreatedAt())
                .updatedAt(token.getUpdatedAt())
                .token(plaintext.reveal());
    }
}
