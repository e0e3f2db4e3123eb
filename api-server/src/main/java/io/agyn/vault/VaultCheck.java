package io.agyn.vault;

import java.time.Instant;
import java.util.Optional;

/**
 * The result of checking a Vault server and the credential for it.
 *
 * @param isReachable whether the server responded
 * @param isCredentialAccepted whether the token or the AppRole login is valid
 * @param expiresAt when the token expires; with AppRole, the token of the login; empty if it never does
 * @param isRenewable whether this server can extend that time
 */
public record VaultCheck(
        boolean isReachable,
        boolean isCredentialAccepted,
        Optional<Instant> expiresAt,
        boolean isRenewable,
        Optional<VaultException> failure) {

    static VaultCheck failed(VaultException failure) {
        return new VaultCheck(failure.kind().isResponse(), false, Optional.empty(), false, Optional.of(failure));
    }
}
