package io.agyn.keys;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The row and field that a ciphertext is bound to, as additional authenticated data (AAD), so that a copy in another
 * row does not decrypt.
 */
public record EncryptionContext(UUID organizationId, String table, UUID rowId, String field) {
    /** The context of a secret's value. */
    public static EncryptionContext ofSecretValue(UUID organizationId, UUID secretId) {
        return new EncryptionContext(organizationId, "secret", secretId, "value");
    }

    /** The context of an LLM provider's token. */
    public static EncryptionContext ofProviderToken(UUID organizationId, UUID providerId) {
        return new EncryptionContext(organizationId, "llm_provider", providerId, "token");
    }

    /** The context of an LLM provider's headers, a JSON object. */
    public static EncryptionContext ofProviderHeaders(UUID organizationId, UUID providerId) {
        return new EncryptionContext(organizationId, "llm_provider", providerId, "custom_headers");
    }

    byte[] bytes() {
        return "%s/%s/%s/%s".formatted(organizationId, table, rowId, field).getBytes(StandardCharsets.UTF_8);
    }
}
