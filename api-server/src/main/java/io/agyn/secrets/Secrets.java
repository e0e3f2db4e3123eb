package io.agyn.secrets;

import static java.util.Objects.requireNonNull;

import io.agyn.contract.Violations;
import io.agyn.headers.HeaderSyntax;
import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.problems.NameList;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.storage.RowLocks;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The stored secrets and their rules. */
@ApplicationScoped
public class Secrets implements PanacheRepositoryBase<SecretEntity, UUID> {
    // Not null, since the previous release reads the column (V16__secret_providers.sql).
    private static final byte[] NO_VALUE = {};

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
     * Stores a value. The version increases if it differs from the stored one.
     *
     * @param value the value, or null to keep the stored one
     * @throws ProblemException {@code invalid_request} if there is no stored value to keep; or if the secret is in use as a
     *     token, and the value is not allowed in an HTTP header
     */
    void setLocal(SecretEntity secret, @Nullable String value) {
        if (value == null) {
            keepValue(secret);
            return;
        }
        if (HeaderSyntax.credential(value).isEmpty()) {
            rejectWhileInUse(secret);
        }
        secret.setFingerprint(cipher.fingerprint(value, secret.valueContext(), secret.fingerprint));
        secret.valueCiphertext = cipher.encrypt(value, secret.valueContext());
        secret.providerId = null;
        secret.remotePath = null;
        secret.remoteKey = null;
    }

    /**
     * Stores a reference, and removes a stored value. The version increases if the reference differs from the stored one.
     * Whether the value can be sent as a token is known only when it is read.
     */
    void setRemote(SecretEntity secret, UUID providerId, String path, String key) {
        secret.valueCiphertext = NO_VALUE;
        secret.providerId = providerId;
        secret.remotePath = path;
        secret.remoteKey = key;
        secret.setFingerprint(ReferenceFingerprint.of(providerId, path, key));
    }

    /**
     * Whether a secret's value can be sent as a token.
     *
     * @return also true if the secret is remote, or does not exist; the foreign key reports that
     */
    public boolean canBeToken(UUID organizationId, UUID id) {
        return find("organizationId = ?1 and id = ?2", organizationId, id)
                .firstResultOptional()
                .filter(secret -> !secret.isRemote())
                .map(this::reveal)
                .map(value -> HeaderSyntax.credential(value).isPresent())
                .orElse(true);
    }

    /** Decrypts the value of a local secret. */
    String reveal(SecretEntity secret) {
        return cipher.decrypt(secret.valueCiphertext, secret.valueContext());
    }

    /** Keeps the value, re-encrypted with the primary key. */
    private void keepValue(SecretEntity secret) {
        if (secret.isRemote()) {
            Violations violations = new Violations();
            violations.at(
                    "/value", "Add this field, or set storage to remote; the server stores no value of this secret.");
            violations.throwIfAny();
        }
        secret.valueCiphertext = cipher.rewrap(secret.valueCiphertext, secret.valueContext());
    }

    private void rejectWhileInUse(SecretEntity secret) {
        List<String> found = users.usersOf(secret.organizationId, secret.id);
        if (!found.isEmpty()) {
            Violations violations = new Violations();
            violations.at(
                    "/value",
                    "The value may contain only visible ASCII characters, because the secret is the token of "
                            + NameList.of(found) + ".");
            violations.throwIfAny();
        }
    }

    /** Returns the names of the secrets in a secret provider, sorted. */
    public List<String> namesIn(UUID organizationId, UUID providerId) {
        return find("organizationId = ?1 and providerId = ?2 order by name", organizationId, providerId).stream()
                .map(secret -> secret.name)
                .toList();
    }

    /** Deletes a secret; if it is in use, responds with a 409 that lists its users. */
    void deleteUnused(SecretEntity secret) {
        RowLocks.againstReferences(getEntityManager(), "secret", secret.id);
        List<String> found = users.usersOf(secret.organizationId, secret.id);
        if (!found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.SECRET_IN_USE,
                    "The secret is in use by " + NameList.of(found) + "; replace their credentials first.");
        }
        delete(secret);
        flush();
    }
}
