package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import org.jboss.logging.Logger;

/** Encrypts credentials (AES-256-GCM) for their place, and makes fingerprints of them. */
@Singleton
public final class CredentialCipher {
    private static final Logger LOG = Logger.getLogger(CredentialCipher.class);

    private final LiveKeyset keys;

    CredentialCipher(LiveKeyset keys) {
        this.keys = requireNonNull(keys, "keys is null");
    }

    /** Encrypts a credential under the primary key. */
    public byte[] encrypt(String credential, EncryptionContext place) {
        try {
            return keys.current().aead().encrypt(credential.getBytes(StandardCharsets.UTF_8), place.bytes());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not refuse to encrypt", e);
        }
    }

    /**
     * Decrypts a credential.
     *
     * @throws ProblemException {@code credential_unreadable} where the ciphertext is altered, of another place, or under a
     *     key that the keyset does not hold; the log names the place
     */
    public String decrypt(byte[] ciphertext, EncryptionContext place) {
        try {
            return new String(
                    keys.holding(ciphertext).aead().decrypt(ciphertext, place.bytes()), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            LOG.errorf(
                    "The %s of %s %s cannot be decrypted: it was altered, moved from another row, or its key is missing.",
                    place.field(), place.table(), place.rowId());
            throw new ProblemException(
                    ProblemKind.CREDENTIAL_UNREADABLE,
                    "The stored credential cannot be decrypted; write it anew, and tell the server's operator.");
        }
    }

    /** Encrypts what is stored again, under the primary key. */
    public byte[] rewrap(byte[] ciphertext, EncryptionContext place) {
        return encrypt(decrypt(ciphertext, place), place);
    }

    /**
     * A keyed hash (HMAC-SHA-256, 128 bits of it, in hex) of a credential at its place. Equal credentials of two rows have
     * different ones.
     *
     * @param stored the fingerprint that the place has, or null. It is returned if it is of the same credential, also under
     *     an earlier fingerprint key
     */
    public String fingerprint(String credential, EncryptionContext place, String stored) {
        Keyset keyset = keys.current();
        byte[] what = credential.getBytes(StandardCharsets.UTF_8);
        boolean isSame = stored != null
                && Fingerprints.keyOf(stored, keyset, what, place.bytes()).isPresent();
        return isSame
                ? stored
                : Fingerprints.compute(keyset.primary(KeyPurpose.FINGERPRINT), keyset, what, place.bytes());
    }
}
