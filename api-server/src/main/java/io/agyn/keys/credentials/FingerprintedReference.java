package io.agyn.keys.credentials;

import java.util.UUID;

/**
 * A column that refers to a credential of another table. The row's fingerprint is the reference's, with a prefix.
 *
 * @param table the table, which has an {@code id} and an {@code organization_id}
 * @param column the referring column, a nullable id
 * @param fingerprintColumn the column of the fingerprint
 * @param prefix the ASCII text before the id in the bytes whose fingerprint it is
 * @param field the field that the fingerprint is bound to
 */
public record FingerprintedReference(
        String table, String column, String fingerprintColumn, String prefix, String field) {
    public EncryptionContext context(UUID organizationId, UUID rowId) {
        return new EncryptionContext(organizationId, table, rowId, field);
    }
}
