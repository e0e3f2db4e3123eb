package io.agyn.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.contract.Violations;
import io.agyn.headers.HeaderSyntax;
import io.agyn.keys.CredentialCipher;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.RowLocks;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.UUID;

/** The stored secrets and their rules. */
@ApplicationScoped
public class Secrets implements PanacheRepositoryBase<SecretEntity, UUID> {
    // Names have up to 128 characters each, and the sentence must stay readable.
    private static final int MOST_NAMED = 20;

    private final CredentialCipher cipher;
    private final SecretUsers users;

    Secrets(CredentialCipher cipher, SecretUsers users) {
        this.cipher = requireNonNull(cipher, "cipher is null");
        this.users = requireNonNull(users, "users is null");
    }

    SecretEntity get(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("secret"));
    }

    /** A secret, locked until the transaction ends. */
    SecretEntity lock(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("secret"));
    }

    /**
     * Gives a secret a value. The version rises where it is another one than before.
     *
     * @throws ProblemException {@code invalid_request} where the secret is in use as a token, and no HTTP header can carry
     *     the value
     */
    void setValue(SecretEntity secret, String value) {
        if (HeaderSyntax.credential(value).isEmpty()) {
            refuseWhileInUse(secret);
        }
        String fingerprint = cipher.fingerprint(value, secret.valuePlace(), secret.fingerprint);
        secret.version += fingerprint.equals(secret.fingerprint) ? 0 : 1;
        secret.fingerprint = fingerprint;
        secret.valueCiphertext = cipher.encrypt(value, secret.valuePlace());
    }

    /**
     * Whether a secret's value can be sent as a token.
     *
     * @return also true where the organization has no such secret, which the reference to it tells
     */
    public boolean canBeToken(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .map(this::reveal)
                .map(value -> HeaderSyntax.credential(value).isPresent())
                .orElse(true);
    }

    /** The value in plaintext. */
    String reveal(SecretEntity secret) {
        return cipher.decrypt(secret.valueCiphertext, secret.valuePlace());
    }

    /** Keeps the value, under the primary key from now on. */
    void keepValue(SecretEntity secret) {
        secret.valueCiphertext = cipher.rewrap(secret.valueCiphertext, secret.valuePlace());
    }

    private void refuseWhileInUse(SecretEntity secret) {
        List<String> found = users.usersOf(secret.organizationId, secret.id);
        if (!found.isEmpty()) {
            Violations violations = new Violations();
            violations.at(
                    "/value",
                    "Give a value that an HTTP header can carry, visible ASCII characters: the secret is the token of "
                            + firstOf(found) + ".");
            violations.throwIfAny();
        }
    }

    private static String firstOf(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMED)));
        return names.size() <= MOST_NAMED ? first : first + " and " + (names.size() - MOST_NAMED) + " more";
    }

    /** Deletes a secret; one in use is a 409 that names its users. */
    void deleteUnused(SecretEntity secret) {
        RowLocks.againstReferences(getEntityManager(), "secret", secret.id);
        List<String> found = users.usersOf(secret.organizationId, secret.id);
        if (!found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.SECRET_IN_USE,
                    "The secret is in use by " + firstOf(found) + "; give them other credentials first.");
        }
        delete(secret);
        flush();
    }
}
