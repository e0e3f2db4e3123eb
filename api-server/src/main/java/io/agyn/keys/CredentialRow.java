package io.agyn.keys;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One stored ciphertext of a credential.
 *
 * @param column where it is
 * @param id its row
 * @param organizationId the tenant
 * @param ciphertext what is stored
 * @param fingerprint its fingerprint; nothing where the column has none
 */
record CredentialRow(
        CredentialColumn column, UUID id, UUID organizationId, byte[] ciphertext, Optional<String> fingerprint) {
    /** How many rows are read, or written in one transaction, at a time. */
    static final int BATCH = 500;

    /** Before every row, in the order of ids. */
    static final UUID START = new UUID(0, 0);

    private static final String READ = """
            select id, organization_id, %2$s, %5$s from %1$s
            where id > ? and %2$s is not null and substring(%2$s from 1 for %3$d) is distinct from ?
            order by id
            limit %4$d""";

    /** The next rows after one, by their ids, without those that are encrypted with a key. */
    static List<CredentialRow> after(UUID last, CredentialColumn column, Optional<KeyId> but, Connection connection)
            throws SQLException {
        String sql = READ.formatted(
                column.table(),
                column.column(),
                KeyId.PREFIX_BYTES,
                BATCH,
                column.fingerprint().orElse("null"));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, last);
            query.setBytes(2, but.map(KeyId::prefix).orElse(null));
            try (ResultSet row = query.executeQuery()) {
                List<CredentialRow> rows = new ArrayList<>();
                while (row.next()) {
                    rows.add(new CredentialRow(
                            column,
                            row.getObject(1, UUID.class),
                            row.getObject(2, UUID.class),
                            row.getBytes(3),
                            Optional.ofNullable(row.getString(4))));
                }
                return rows;
            }
        }
    }

    /** The key that the fingerprint is under; nothing where it is not one of the credential under a key of the keyset. */
    Optional<KeyId> fingerprintKey(byte[] credential, Keyset keyset) {
        return fingerprint.flatMap(
                stored -> Fingerprints.keyOf(stored, keyset, column.fingerprinted(credential), place()));
    }

    /** The fingerprint under the primary key; nothing where the column has none. */
    Optional<String> newFingerprint(byte[] credential, Keyset keyset) {
        KeyId key = keyset.primary(KeyPurpose.FINGERPRINT);
        return column.fingerprint()
                .map(name -> Fingerprints.compute(key, keyset, column.fingerprinted(credential), place()));
    }

    /** What the ciphertext is bound to. */
    byte[] place() {
        return column.place(organizationId, id).bytes();
    }

    /** Names the row, and nothing of what it holds. */
    @Override
    public String toString() {
        EncryptionContext place = column.place(organizationId, id);
        return "the " + place.field() + " of " + place.table() + " " + id;
    }
}
