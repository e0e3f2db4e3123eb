package io.agyn.keys.credentials;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The row and field that a ciphertext is bound to, as additional authenticated data (AAD), so that a copy in another
 * row does not decrypt.
 */
public record EncryptionContext(UUID organizationId, String table, UUID rowId, String field) {
    public byte[] bytes() {
        return "%s/%s/%s/%s".formatted(organizationId, table, rowId, field).getBytes(StandardCharsets.UTF_8);
    }
}
