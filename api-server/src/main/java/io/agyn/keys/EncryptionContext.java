package io.agyn.keys;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The place of a credential: what its ciphertext is bound to, so that a copy in another row does not decrypt.
 *
 * @param organizationId the tenant
 * @param table the table
 * @param rowId the row
 * @param field the field of the row
 */
public record EncryptionContext(UUID organizationId, String table, UUID rowId, String field) {
    /** The place of a secret's value. */
    public static EncryptionContext ofSecretValue(UUID organizationId, UUID secretId) {
        return new EncryptionContext(organizationId, "secret", secretId, "value");
    }

    /** The place of an LLM provider's own token. */
    public static EncryptionContext ofProviderToken(UUID organizationId, UUID providerId) {
        return new EncryptionContext(organizationId, "llm_provider", providerId, "token");
    }

    /** The place of an LLM provider's header map, which is a JSON object. */
    public static EncryptionContext ofProviderHeaders(UUID organizationId, UUID providerId) {
        return new EncryptionContext(organizationId, "llm_provider", providerId, "custom_headers");
    }

    byte[] bytes() {
        return "%s/%s/%s/%s".formatted(organizationId, table, rowId, field).getBytes(StandardCharsets.UTF_8);
    }
}
