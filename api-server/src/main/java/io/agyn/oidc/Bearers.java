package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Authenticator;
import io.agyn.access.Identity;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.tokens.ApiTokens;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/** Authenticates bearer tokens: API tokens, and access tokens of the identity provider. */
@Singleton
class Bearers implements Authenticator {
    private final ApiTokens apiTokens;
    private final AccessTokens accessTokens;

    Bearers(ApiTokens apiTokens, AccessTokens accessTokens) {
        this.apiTokens = requireNonNull(apiTokens, "apiTokens is null");
        this.accessTokens = requireNonNull(accessTokens, "accessTokens is null");
    }

    @Override
    public Optional<Identity> lookUp(String credential) {
        if (!accessTokens.accepts(credential)) {
            return apiTokens.lookUp(credential);
        }
        try {
            return accessTokens.identity(accessTokens.verify(credential));
        } catch (InvalidJwtException e) {
            return Optional.empty();
        } catch (IdentityProviderException e) {
            throw new ProblemException(
                    ProblemKind.UNAVAILABLE,
                    "The identity provider was unavailable since the server started, so that access tokens cannot be"
                            + " verified; try again soon, or use an API token.");
        }
    }

    @Override
    public Optional<String> rejection(String credential) {
        return accessTokens.accepts(credential) ? accessTokens.rejection(credential) : Optional.empty();
    }

    @Override
    public Optional<Identity> identity(UUID tokenId) {
        return apiTokens.identity(tokenId);
    }
}
