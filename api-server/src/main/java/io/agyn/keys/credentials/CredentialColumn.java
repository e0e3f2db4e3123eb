package io.agyn.keys.credentials;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * A column of ciphertexts, each bound to its row; null or empty without a credential. Its name is the field's with
 * {@code _ciphertext}; the table has an {@code id} and an {@code organization_id}.
 *
 * @param table the table
 * @param field the field, without {@code _ciphertext}
 * @param label the contents, for operators
 * @param fingerprint the fingerprint that is stored with the ciphertext, if any
 */
public record CredentialColumn(String table, String field, String label, Optional<Fingerprint> fingerprint) {
    private static final String SUFFIX = "_ciphertext";

    /**
     * A fingerprint of the credential.
     *
     * @param column its column
     * @param prefix the ASCII text before the credential in the bytes whose fingerprint it is
     */
    public record Fingerprint(String column, String prefix) {}

    /** A column without a fingerprint. */
    public CredentialColumn(String table, String field, String label) {
        this(table, field, label, Optional.empty());
    }

    /** This column with a fingerprint. */
    public CredentialColumn withFingerprint(String column, String prefix) {
        return new CredentialColumn(table, field, label, Optional.of(new Fingerprint(column, prefix)));
    }

    /** The context of the ciphertext in a row. */
    public EncryptionContext context(UUID organizationId, UUID rowId) {
        return new EncryptionContext(organizationId, table, rowId, field);
    }

    public String column() {
        return field + SUFFIX;
    }

    public Optional<String> fingerprintColumn() {
        return fingerprint.map(Fingerprint::column);
    }

    /** The bytes whose fingerprint is stored for a credential. */
    byte[] fingerprinted(byte[] credential) {
        byte[] prefix = fingerprint.map(Fingerprint::prefix).orElse("").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(prefix.length + credential.length)
                .put(prefix)
                .put(credential)
                .array();
    }
}
