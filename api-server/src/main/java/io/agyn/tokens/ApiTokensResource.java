package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.access.TokenRights;
import io.agyn.api.ApiTokensApi;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.ApiTokenCreate;
import io.agyn.api.model.ApiTokenCreated;
import io.agyn.api.model.ApiTokenList;
import io.agyn.api.model.ApiTokenUpdate;
import io.agyn.api.model.Role;
import io.agyn.audit.Audited;
import io.agyn.contract.BodyFields;
import io.agyn.contract.Violations;
import io.agyn.idempotency.Idempotent;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
    private final TokenGrants grants;
    private final BodyFields fields;
    private final Caller caller;
    private final ResourceResponses responses;

    ApiTokensResource(
            ApiTokens tokens,
            Users users,
            Members members,
            TokenGrants grants,
            BodyFields fields,
            Caller caller,
            ResourceResponses responses) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.users = requireNonNull(users, "users is null");
        this.members = requireNonNull(members, "members is null");
        this.grants = requireNonNull(grants, "grants is null");
        this.fields = requireNonNull(fields, "fields is null");
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
        UUID organization = fields.has("organization_id") ? body.getOrganizationId() : home(user);
        requireAccess(user, organization);
        grants.requireDefault(body.getDefaultModelId(), user, organization);
        Plaintext plaintext = Plaintext.random();
        ApiTokenEntity token = new ApiTokenEntity(
                user,
                body.getDescription(),
                plaintext,
                grants.grant(body.getScopes(), body.getModelIds(), user, organization),
                organization,
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

    @Override
    public Response getApiToken(UUID apiTokenId) {
        return responses.ok(read(tokens.get(onlyUser(), apiTokenId)));
    }

    @Override
    public Response updateApiToken(UUID apiTokenId, ApiTokenUpdate body, @Nullable String ifMatch) {
        ApiTokenEntity token = tokens.lock(onlyUser(), apiTokenId);
        return responses.updated(ifMatch, () -> read(token), () -> {
            if (!Objects.equals(body.getDefaultModelId(), token.defaultModelId)) {
                grants.requireDefault(body.getDefaultModelId(), token.user, token.organizationId);
            }
            token.setRights(grants.change(token, body.getScopes(), body.getModelIds()));
            token.description = body.getDescription();
            token.defaultModelId = body.getDefaultModelId();
            token.touch();
            tokens.flush();
        });
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

    /** The organization of a token whose create request names none. */
    private @Nullable UUID home(UserEntity user) {
        return members.homeOf(user).orElse(null);
    }

    static ApiToken read(ApiTokenEntity token) {
        TokenRights rights = token.rights();
        return new ApiToken()
                .id(token.id)
                .userId(token.user.id)
                .userName(token.user.name)
                .description(token.description)
                .prefix(token.prefix)
                .scopes(new TreeSet<>(rights.scopes()))
                .modelIds(rights.models().map(TreeSet::new).orElse(null))
                .organizationId(token.organizationId)
                .defaultModelId(token.defaultModelId)
                .expiresAt(StoredResource.utc(token.expiresAt))
                .lastUsedAt(StoredResource.utc(token.lastUsedAt))
                .lastUsedAddress(token.lastUsedAddress)
                .lastUsedUserAgent(token.lastUsedUserAgent)
                .createdByTokenId(token.createdByTokenId)
                .createdAt(StoredResource.utc(token.createdAt))
                .updatedAt(StoredResource.utc(token.updatedAt));
    }

    private static ApiTokenCreated created(ApiToken token, Plaintext plaintext) {
        return new ApiTokenCreated()
                .id(token.getId())
                .userId(token.getUserId())
                .userName(token.getUserName())
                .description(token.getDescription())
                .prefix(token.getPrefix())
                .scopes(token.getScopes())
                .modelIds(token.getModelIds())
                .organizationId(token.getOrganizationId())
                .defaultModelId(token.getDefaultModelId())
                .expiresAt(token.getExpiresAt())
                .lastUsedAt(token.getLastUsedAt())
                .lastUsedAddress(token.getLastUsedAddress())
                .lastUsedUserAgent(token.getLastUsedUserAgent())
                .createdByTokenId(token.getCreatedByTokenId())
                .createdAt(token.getCreatedAt())
                .updatedAt(token.getUpdatedAt())
                .token(plaintext.reveal());
    }
}
