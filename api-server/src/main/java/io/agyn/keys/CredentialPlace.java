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
public record CredentialPlace(UUID organizationId, String table, UUID rowId, String field) {
    byte[] bytes() {
        return "%s/%s/%s/%s".formatted(organizationId, table, rowId, field).getBytes(StandardCharsets.UTF_8);
    }
}
