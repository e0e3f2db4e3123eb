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
    // Names have up to 128 characters, and the error must stay readable.
    private static final int MAX_LISTED = 20;

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

    /** Returns a secret, locked until the transaction ends. */
    SecretEntity lock(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(() -> ProblemException.notFound("secret"));
    }

    /**
     * Sets a secret's value. The version increases if the value differs.
     *
     * @throws ProblemException {@code invalid_request} if the secret is in use as a token, and the value is not
     *     allowed in an HTTP header
     */
    void setValue(SecretEntity secret, String value) {
        if (HeaderSyntax.credential(value).isEmpty()) {
            rejectWhileInUse(secret);
        }
        String fingerprint = cipher.fingerprint(value, secret.valueContext(), secret.fingerprint);
        secret.version += fingerprint.equals(secret.fingerprint) ? 0 : 1;
        secret.fingerprint = fingerprint;
        secret.valueCiphertext = cipher.encrypt(value, secret.valueContext());
    }

    /**
     * Whether a secret's value can be sent as a token.
     *
     * @return also true if the secret does not exist; the foreign key reports that
     */
    public boolean canBeToken(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .map(this::reveal)
                .map(value -> HeaderSyntax.credential(value).isPresent())
                .orElse(true);
    }

    /** Decrypts the value. */
    String reveal(SecretEntity secret) {
        return cipher.decrypt(secret.valueCiphertext, secret.valueContext());
    }

    /** Keeps the value, re-encrypted with the primary key. */
    void keepValue(SecretEntity secret) {
        secret.valueCiphertext = cipher.rewrap(secret.valueCiphertext, secret.valueContext());
    }

    private void rejectWhileInUse(SecretEntity secret) {
        List<String> found = users.usersOf(secret.organizationId, secret.id);
        if (!found.isEmpty()) {
            Violations violations = new Violations();
            violations.at(
                    "/value",
                    "The value may contain only visible ASCII characters, because the secret is the token of "
                            + listed(found) + ".");
            violations.throwIfAny();
        }
    }

    private static String listed(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(names.size(), MAX_LISTED)));
        return names.size() <= MAX_LISTED ? first : first + " and " + (names.size() - MAX_LISTED) + " more";
    }

    /** Deletes a secret; if it is in use, responds with a 409 that lists its users. */
    void deleteUnused(SecretEntity secret) {
        RowLocks.againstReferences(getEntityManager(), "secret", secret.id);
        List<String> found = users.usersOf(secret.organizationId, secret.id);
        if (!found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.SECRET_IN_USE,
                    "The secret is in use by " + listed(found) + "; replace their credentials first.");
        }
        delete(secret);
        flush();
    }
}
