package io.agyn.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** The columns with encrypted credentials. Every such column must be listed here. */
enum CredentialColumn {
    SECRET_VALUE("secret", "value", "secret values", Optional.of("fingerprint"), ""),
    PROVIDER_TOKEN("llm_provider", "token", "provider tokens", Optional.of("credentials_fingerprint"), "token "),
    PROVIDER_HEADERS("llm_provider", "custom_headers", "provider headers", Optional.of("credentials_fingerprint"), ""),
    IDEMPOTENT_RESPONSE("idempotency_key", "answer", "answers for Idempotency-Keys", Optional.empty(), "");

    private final String table;
    private final String field;
    private final String label;
    private final Optional<String> fingerprint;
    private final byte[] fingerprintPrefix;

    CredentialColumn(String table, String field, String label, Optional<String> fingerprint, String fingerprintPrefix) {
        this.table = table;
        this.field = field;
        this.label = label;
        this.fingerprint = fingerprint;
        this.fingerprintPrefix = fingerprintPrefix.getBytes(StandardCharsets.US_ASCII);
    }

    /** The column with the credential's fingerprint, if any. */
    Optional<String> fingerprint() {
        return fingerprint;
    }

    /** Returns the bytes whose fingerprint is stored for a credential. */
    byte[] fingerprinted(byte[] credential) {
        return ByteBuffer.allocate(fingerprintPrefix.length + credential.length)
                .put(fingerprintPrefix)
                .put(credential)
                .array();
    }

    /** The contents of the column, for people. */
    String label() {
        return label;
    }

    String table() {
        return table;
    }

    String column() {
        return field + "_ciphertext";
    }

    EncryptionContext context(UUID organizationId, UUID rowId) {
        return new EncryptionContext(organizationId, table, rowId, field);
    }
}
