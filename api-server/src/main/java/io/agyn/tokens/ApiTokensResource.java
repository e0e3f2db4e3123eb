package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.api.ApiTokensApi;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.ApiTokenCreate;
import io.agyn.api.model.ApiTokenCreated;
import io.agyn.api.model.ApiTokenList;
import io.agyn.api.model.Role;
import io.agyn.audit.Audited;
import io.agyn.contract.Violations;
import io.agyn.idempotency.Idempotent;
import io.agyn.llm.models.Models;
import io.agyn.members.Members;
import io.agyn.problems.ConstraintProblem;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.Selection;
import io.agyn.storage.StoredResource;
import io.agyn.users.UserEntity;
import io.agyn.users.Users;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** API tokens over REST. Users see their own; cluster admins see all. */
@RunOnVirtualThread
@Transactional
@Audited
@Idempotent
class ApiTokensResource implements ApiTokensApi {
    private final ApiTokens tokens;
    private final Users users;
    private final Members members;
    private final Models models;
    private final Caller caller;
    private final ResourceResponses responses;

    ApiTokensResource(
            ApiTokens tokens, Users users, Members members, Models models, Caller caller, ResourceResponses responses) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.users = requireNonNull(users, "users is null");
        this.members = requireNonNull(members, "members is null");
        this.models = requireNonNull(models, "models is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listApiTokens(
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable UUID userId,
            @Nullable UUID organizationId,
            @Nullable String search) {
        UUID holder = userId == null ? caller.identity().userId() : userId;
        Selection selection = Selection.all()
                .withOneOf("user.id", maySeeTokensOf(holder) ? Set.of(holder) : Set.of())
                .with("organizationId", organizationId)
                .containing(search, "description");
        var page = Paging.read(tokens, selection, new Paging.Request(pageSize, pageToken))
                .map(ApiTokensResource::read);
        return responses.ok(new ApiTokenList().items(page.items()).nextPageToken(page.nextPageToken()));
    }

    @Override
    public Response createApiToken(ApiTokenCreate body, @Nullable String idempotencyKey) {
        UserEntity user = user(body);
        requireAccess(user, body.getOrganizationId());
        if (body.getDefaultModelId() != null) {
            requireCallable(body.getDefaultModelId(), user, body.getOrganizationId());
        }
        Plaintext plaintext = Plaintext.random();
        ApiTokenEntity token = new ApiTokenEntity(
                user,
                body.getDescription(),
                plaintext,
                body.getOrganizationId(),
                body.getDefaultModelId(),
                expiry(body.getExpiresAt()),
                caller.identity().credential().tokenId().orElse(null));
        tokens.store(token);
        return responses.created(created(read(token), plaintext), read(token), "/api-tokens/" + token.id);
    }

    /** Returns the requested expiry, but not later than the creating token's. */
    private @Nullable Instant expiry(@Nullable OffsetDateTime requested) {
        Optional<Instant> latest = caller.identity().credential().expiresAt();
        if (requested == null) {
            return latest.orElse(null);
        }
        Instant expiry = requested.toInstant().truncatedTo(ChronoUnit.MICROS);
        if (latest.isPresent() && expiry.isAfter(latest.get())) {
            Violations violations = new Violations();
            violations.at(
                    "/expires_at",
                    "Must be " + latest.get()
                            + " or earlier: a token expires no later than the token that creates it.");
            violations.throwIfAny();
        }
        return expiry;
    }

    private UserEntity user(ApiTokenCreate body) {
        UUID holder = body.getUserId() == null ? caller.identity().userId() : body.getUserId();
        return Optional.of(holder)
                .filter(this::maySeeTokensOf)
                .flatMap(users::findByIdOptional)
                .orElseThrow(() ->
                        ConstraintProblem.referenceNotFound("user_id", "user").exception());
    }

    /**
     * A token bound to an organization that its user does not belong to would never work. For a cluster admin, the
     * foreign key checks that the organization exists.
     */
    private void requireAccess(UserEntity user, @Nullable UUID organizationId) {
        if (organizationId != null
                && user.role != Role.CLUSTER_ADMIN
                && members.find(organizationId, user.id).isEmpty()) {
            throw ConstraintProblem.referenceNotFound("organization_id", "organization")
                    .exception();
        }
    }

    /** The default model is one that the token can call. */
    private void requireCallable(UUID modelId, UserEntity user, @Nullable UUID organizationId) {
        boolean isCallable = models.organizationOf(modelId)
                .filter(owner -> organizationId == null || organizationId.equals(owner))
                .filter(owner -> user.role == Role.CLUSTER_ADMIN
                        || members.find(owner, user.id).isPresent())
                .isPresent();
        if (!isCallable) {
            throw ConstraintProblem.referenceNotFound("default_model_id", "model")
                    .exception();
        }
    }

    @Override
    public Response getApiToken(UUID apiTokenId) {
        return responses.ok(read(tokens.get(onlyUser(), apiTokenId)));
    }

    @Override
    public Response deleteApiToken(UUID apiTokenId, @Nullable String ifMatch) {
        ApiTokenEntity token = tokens.lock(onlyUser(), apiTokenId);
        return responses.deleted(ifMatch, read(token), () -> {
            tokens.delete(token);
            tokens.flush();
        });
    }

    /** Whether the caller may see a user's tokens. */
    private boolean maySeeTokensOf(UUID userId) {
        return onlyUser().filter(only -> !only.equals(userId)).isEmpty();
    }

    /** The only user whose tokens the caller may see; empty if that is everybody. */
    private Optional<UUID> onlyUser() {
        Identity identity = caller.identity();
        return identity.person().role() == Role.CLUSTER_ADMIN ? Optional.empty() : Optional.of(identity.userId());
    }

    private static ApiToken read(ApiTokenEntity token) {
        return new ApiToken()
                .id(token.id)
                .userId(token.user.id)
                .description(token.description)
                .prefix(token.prefix)
                .organizationId(token.organizationId)
                .defaultModelId(token.defaultModelId)
                .expiresAt(StoredResource.utc(token.expiresAt))
                .lastUsedAt(StoredResource.utc(token.lastUsedAt))
                .createdByTokenId(token.createdByTokenId)
                .createdAt(StoredResource.utc(token.createdAt))
                .updatedAt(StoredResource.utc(token.updatedAt));
    }

    private static ApiTokenCreated created(ApiToken token, Plaintext plaintext) {
        return new ApiTokenCreated()
                .id(token.getId())
                .userId(token.getUserId())
                .description(token.getDescription())
                .prefix(token.getPrefix())
                .organizationId(token.getOrganizationId())
                .defaultModelId(token.getDefaultModelId())
                .expiresAt(token.getExpiresAt())
                .lastUsedAt(token.getLastUsedAt())
                .createdByTokenId(token.getCreatedByTokenId())
                .createdAt(token.getCreatedAt())
                .updatedAt(token.getUpdatedAt())
                .token(plaintext.reveal());
    }
}
