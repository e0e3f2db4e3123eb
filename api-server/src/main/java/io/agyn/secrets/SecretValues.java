package io.agyn.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.SecretCheck;
import io.agyn.api.model.SecretFailure;
import io.agyn.headers.HeaderSyntax;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Reads the values of secrets for users. While a secret provider responds, no database connection is in use. */
@Singleton
public class SecretValues {
    private final Secrets secrets;

    SecretValues(Secrets secrets) {
        this.secrets = requireNonNull(secrets, "secrets is null");
    }

    /**
     * Decrypts the value of a local secret, or reads the value of a remote secret.
     *
     * @throws ProblemException {@code credential_unavailable} if it cannot be read from the secret provider
     */
    String reveal(UUID organizationId, UUID id) {
        SecretEntity secret = QuarkusTransaction.requiringNew().call(() -> secrets.get(organizationId, id));
        if (secret.isRemote()) {
            throw new ProblemException(ProblemKind.CREDENTIAL_UNAVAILABLE, "Remote secrets cannot be read yet.");
        }
        return secrets.reveal(secret);
    }

    /** Checks whether the value of a secret can be read, and sent as a token. */
    public SecretCheck check(UUID organizationId, UUID id) {
        SecretEntity secret = QuarkusTransaction.requiringNew().call(() -> secrets.get(organizationId, id));
        if (secret.isRemote()) {
            return new SecretCheck()
                    .succeeded(false)
                    .failure(SecretFailure.UNREACHABLE)
                    .explanation("Remote secrets cannot be read yet.");
        }
        return HeaderSyntax.credential(secrets.reveal(secret)).isPresent()
                ? new SecretCheck().succeeded(true)
                : new SecretCheck()
                        .succeeded(false)
                        .failure(SecretFailure.NOT_SENDABLE)
                        .explanation(
                                ("The value of the secret %s is empty or contains characters that are invalid in HTTP"
                                                + " headers: write it as visible ASCII characters.")
                                        .formatted(secret.name));
    }
}
