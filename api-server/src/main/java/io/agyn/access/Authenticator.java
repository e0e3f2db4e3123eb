package io.agyn.access;

import java.util.Optional;
import java.util.UUID;

/** Knows whom a credential stands for. */
public interface Authenticator {
    /**
     * Looks a credential up.
     *
     * @param credential what the caller sent as the bearer token
     * @return the identity, which may have expired, see {@link Identity#isValidAt}; nothing where the credential is
     *     malformed, unknown or revoked, or its user is suspended
     */
    Optional<Identity> lookUp(String credential);

    /**
     * Looks up whom a credential stands for that was shown before.
     *
     * @param tokenId the identity's {@link Identity#tokenId}
     * @return the identity; nothing where the credential works no more
     */
    Optional<Identity> identity(UUID tokenId);
}
