package io.agyn.keys.credentials;

import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A stored credential.
 *
 * @param column its column
 * @param id its row
 * @param organizationId the organization
 * @param ciphertext the encrypted credential
 * @param fingerprint its fingerprint; empty if the column has none
 */
public record CredentialRow(
        CredentialColumn column, UUID id, UUID organizationId, byte[] ciphertext, Optional<String> fingerprint) {
    /** The number of rows that are read, or written in one transaction, at a time. */
    static final int BATCH = 500;

    /** Sorts before all ids. */
    public static final UUID START = new UUID(0, 0);

    private static final String READ = """
        select id, organization_id, %2$s, %5$s from %1$s
        where id > ? and %2$s <> '' and substring(%2$s from 1 for %3$d) is distinct from ?
        order by id
        limit %4$d\
        """;

    /** Returns the next rows by id, except those encrypted with a key. */
    public static List<CredentialRow> after(
            UUID last, CredentialColumn column, Optional<KeyId> excluded, Connection connection) throws SQLException {
        String sql = READ.formatted(
                column.table(),
                column.column(),
                KeyId.PREFIX_BYTES,
                BATCH,
                column.fingerprintColumn().orElse("null"));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, last);
            query.setBytes(2, excluded.map(KeyId::prefix).orElse(null));
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

    /** Returns the key of the fingerprint; empty if it does not match the credential under any key of the keyset. */
    public Optional<KeyId> fingerprintKey(byte[] credential, Keyset keyset) {
        return fingerprint.flatMap(
                stored -> Fingerprints.keyOf(stored, keyset, column.fingerprinted(credential), context()));
    }

    /** Returns the fingerprint under the primary key; empty if the column has none. */
    public Optional<String> newFingerprint(byte[] credential, Keyset keyset) {
        KeyId key = keyset.primary(KeyPurpose.FINGERPRINT);
        return column.fingerprintColumn()
                .map(name -> Fingerprints.compute(key, keyset, column.fingerprinted(credential), context()));
    }

    /** The bytes of the ciphertext's context. */
    public byte[] context() {
        return column.context(organizationId, id).bytes();
    }

    /** Names the row, without its contents. */
    @Override
    public String toString() {
        return "the " + column.field() + " of " + column.table() + " " + id;
    }
}
