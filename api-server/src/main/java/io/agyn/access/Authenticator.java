package io.agyn.access;

import java.util.Optional;
import java.util.UUID;

/** Resolves credentials to identities. */
public interface Authenticator {
    /**
     * Looks a credential up.
     *
     * @param credential the bearer token
     * @return the identity, possibly expired, see {@link Credential#isValidAt}; empty if the credential is malformed,
     *     unknown or revoked, or its user is suspended
     */
    Optional<Identity> lookUp(String credential);

    /**
     * Returns why an access token of the identity provider was rejected.
     *
     * @param credential a bearer token for which {@link #lookUp} found nothing
     * @return a sentence; empty for other credentials
     */
    Optional<String> rejection(String credential);

    /**
     * Looks up the identity of an earlier credential.
     *
     * @param tokenId the identity's {@link Credential#tokenId}
     * @return the identity; empty if the credential has become invalid
     */
    Optional<Identity> identity(UUID tokenId);
}
