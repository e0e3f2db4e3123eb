package io.agyn.keys.credentials;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.agyn.keys.LiveKeyset;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Encrypts credentials (AES-256-GCM), bound to their encryption context, and computes their fingerprints. */
@Singleton
public final class CredentialCipher {
    private static final Logger LOG = Logger.getLogger(CredentialCipher.class);

    private final LiveKeyset keys;

    CredentialCipher(LiveKeyset keys) {
        this.keys = requireNonNull(keys, "keys is null");
    }

    /** Encrypts a credential with the primary key. */
    public byte[] encrypt(String credential, EncryptionContext context) {
        try {
            return keys.current().aead().encrypt(credential.getBytes(StandardCharsets.UTF_8), context.bytes());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not refuse to encrypt", e);
        }
    }

    /**
     * Decrypts a credential.
     *
     * @throws ProblemException {@code credential_unreadable} if the ciphertext was altered, belongs to another
     *     context, or its key is not in the keyset; the log has the context
     */
    public String decrypt(byte[] ciphertext, EncryptionContext context) {
        try {
            return new String(
                    keys.currentFor(ciphertext).aead().decrypt(ciphertext, context.bytes()), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            LOG.errorf(
                    "The %s of %s %s cannot be decrypted: it was altered, moved from another row, or its key is"
                            + " missing.",
                    context.field(), context.table(), context.rowId());
            throw new ProblemException(
                    ProblemKind.CREDENTIAL_UNREADABLE,
                    "The stored credential cannot be decrypted; set it again, and inform the operator.");
        }
    }

    /** Re-encrypts a ciphertext with the primary key. */
    public byte[] rewrap(byte[] ciphertext, EncryptionContext context) {
        return encrypt(decrypt(ciphertext, context), context);
    }

    /**
     * Returns a keyed hash of a credential in its context (the first 128 bits of HMAC-SHA-256, in hex). Equal
     * credentials in two rows have different fingerprints.
     *
     * @param stored the stored fingerprint. It is returned if it matches the credential, even under an
     *     earlier fingerprint key
     */
    public String fingerprint(String credential, EncryptionContext context, @Nullable String stored) {
        Keyset keyset = keys.current();
        byte[] bytes = credential.getBytes(StandardCharsets.UTF_8);
        if (stored != null
                && Fingerprints.keyOf(stored, keyset, bytes, context.bytes()).isPresent()) {
            return stored;
        }
        return Fingerprints.compute(keyset.primary(KeyPurpose.FINGERPRINT), keyset, bytes, context.bytes());
    }
}
