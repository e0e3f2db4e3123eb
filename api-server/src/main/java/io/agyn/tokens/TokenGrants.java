package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.InsufficientScope;
import io.agyn.access.TokenRights;
import io.agyn.api.model.Role;
import io.agyn.api.model.TokenScope;
import io.agyn.llm.models.Models;
import io.agyn.members.Members;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.users.UserEntity;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides on the scopes and models of new and changed API tokens. */
@Singleton
class TokenGrants {
    /** The scopes of a token whose create request names none. */
    private static final Set<TokenScope> DEFAULT = Set.of(TokenScope.CALL_MODELS);

    private final Models models;
    private final Members members;
    private final Caller caller;

    TokenGrants(Models models, Members members, Caller caller) {
        this.models = requireNonNull(models, "models is null");
        this.members = requireNonNull(members, "members is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /**
     * Returns the rights of a new token.
     *
     * @param scopes empty for the default
     * @param modelIds null for all models
     * @throws ProblemException {@code insufficient_scope} or {@code forbidden} for rights that the caller's credential does
     *     not have, {@code reference_not_found} for a model that the token cannot call
     */
    TokenRights grant(
            Set<TokenScope> scopes, @Nullable Set<UUID> modelIds, UserEntity user, @Nullable UUID organizationId) {
        TokenRights rights = new TokenRights(scopes.isEmpty() ? DEFAULT : scopes, Optional.ofNullable(modelIds));
        requireOwn(rights);
        if (modelIds != null) {
            requireModels(modelIds, user, organizationId);
        }
        return rights;
    }

    /** Returns the new rights of a token. Models that it had before may have been deleted since. */
    TokenRights change(ApiTokenEntity token, Set<TokenScope> scopes, @Nullable Set<UUID> modelIds) {
        TokenRights rights = new TokenRights(scopes, Optional.ofNullable(modelIds));
        requireOwn(rights);
        if (modelIds != null) {
            Set<UUID> added = new HashSet<>(modelIds);
            token.rights().models().ifPresent(added::removeAll);
            requireModels(added, token.user, token.organizationId);
        }
        return rights;
    }

    /** A credential grants only the rights that it has. */
    private void requireOwn(TokenRights granted) {
        TokenRights own = caller.identity().credential().rights();
        List<TokenScope> missing = granted.scopes().stream()
                .filter(scope -> !own.has(scope))
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            throw InsufficientScope.of(
                    missing.getFirst(),
                    "The API token of this request cannot grant scopes that it lacks: "
                            + missing.stream().map(TokenScope::toString).collect(Collectors.joining(", "))
                            + ". Remove them from scopes, or use an API token that has them.");
        }
        own.models().ifPresent(models -> requireOwnModels(models, granted.models()));
    }

    private static void requireOwnModels(Set<UUID> own, Optional<Set<UUID>> granted) {
        if (granted.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN,
                    "The API token of this request can call only the models " + names(own)
                            + "; send model_ids with these or fewer.");
        }
        Set<UUID> others = new HashSet<>(granted.get());
        others.removeAll(own);
        if (!others.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN,
                    "The API token of this request cannot call these models: " + names(others)
                            + ". Remove them from model_ids, or use an API token that can.");
        }
    }

    private static String names(Set<UUID> models) {
        return models.stream().map(UUID::toString).sorted().collect(Collectors.joining(", "));
    }

    /** The default model, if any, is one that the token can call. */
    void requireDefault(@Nullable UUID modelId, UserEntity user, @Nullable UUID organizationId) {
        if (modelId != null && !isCallable(modelId, user, organizationId)) {
            throw ConstraintProblem.referenceNotFound("default_model_id", "model")
                    .exception();
        }
    }

    private void requireModels(Set<UUID> modelIds, UserEntity user, @Nullable UUID organizationId) {
        Set<UUID> unknown = modelIds.stream()
                .filter(id -> !isCallable(id, user, organizationId))
                .collect(Collectors.toSet());
        if (!unknown.isEmpty()) {
            throw new ConstraintProblem(
                            ProblemKind.REFERENCE_NOT_FOUND,
                            Optional.of("/model_ids"),
                            "These models do not exist, or the API token's user cannot call them: " + names(unknown)
                                    + ".")
                    .exception();
        }
    }

    private boolean isCallable(UUID modelId, UserEntity user, @Nullable UUID organizationId) {
        return models.organizationOf(modelId)
                .filter(owner -> organizationId == null || organizationId.equals(owner))
                .filter(owner -> user.role == Role.CLUSTER_ADMIN
                        || members.find(owner, user.id).isPresent())
                .isPresent();
    }
}
