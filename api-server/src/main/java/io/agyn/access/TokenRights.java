package io.agyn.access;

import io.agyn.api.model.TokenScope;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The part of its user's permissions that a credential has.
 *
 * @param scopes the permissions; none includes another
 * @param models the only models that it can call; empty for all
 */
public record TokenRights(Set<TokenScope> scopes, Optional<Set<UUID>> models) {
    /** Everything, as for a signed-in user. */
    public static final TokenRights ALL = new TokenRights(EnumSet.allOf(TokenScope.class), Optional.empty());

    /** The rights of an access token of the identity provider. */
    public static final TokenRights ACCESS_TOKEN =
            new TokenRights(EnumSet.of(TokenScope.CALL_MODELS, TokenScope.READ, TokenScope.MANAGE), Optional.empty());

    public TokenRights {
        scopes = Set.copyOf(scopes);
        models = models.map(Set::copyOf);
    }

    /** The rights in the same words on every server; empty for all of them. */
    public String fingerprint() {
        return equals(ALL) ? "" : new TreeSet<>(scopes) + " " + models.map(TreeSet::new);
    }

    public boolean has(TokenScope scope) {
        return scopes.contains(scope);
    }

    /** Whether the models of the credential include a model; the scope {@code call_models} is another condition. */
    public boolean includes(UUID modelId) {
        return models.isEmpty() || models.get().contains(modelId);
    }
}
