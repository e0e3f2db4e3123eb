package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What became of decrypting everything in a database with a keyset.
 *
 * @param readable how many rows were decrypted
 * @param unreadable the places of the others
 * @param otherFingerprints the places of secrets whose stored fingerprint is another than the keyset makes
 */
public record KeysetTrial(long readable, List<String> unreadable, List<String> otherFingerprints) {
    private static final String FINGERPRINT = "select fingerprint from secret where id = ? and value_ciphertext = ?";

    public KeysetTrial {
        unreadable = List.copyOf(unreadable);
        otherFingerprints = List.copyOf(otherFingerprints);
    }

    /**
     * Decrypts everything, and writes nothing.
     *
     * @param connection a connection to the database
     * @param keyset the keyset to try
     * @return what became of it
     * @throws SQLException when the database does not answer
     */
    public static KeysetTrial run(Connection connection, Keyset keyset) throws SQLException {
        requireNonNull(keyset, "keyset is null");
        long readable = 0;
        List<String> unreadable = new ArrayList<>();
        List<String> otherFingerprints = new ArrayList<>();
        if (!KeysetCheck.isReadable(connection, keyset)) {
            unreadable.add("the keyset check");
        }
        for (CredentialColumn column : CredentialColumn.values()) {
            UUID last = CredentialRow.START;
            List<CredentialRow> rows;
            while (!(rows = CredentialRow.after(last, column, Optional.empty(), connection)).isEmpty()) {
                for (CredentialRow row : rows) {
                    Optional<byte[]> value = decrypt(row, keyset);
                    if (value.isEmpty()) {
                        unreadable.add(row.toString());
                        continue;
                    }
                    readable++;
                    if (column == CredentialColumn.SECRET_VALUE
                            && !isFingerprinted(row, value.get(), keyset, connection)) {
                        otherFingerprints.add(row.toString());
                    }
                    Arrays.fill(value.get(), (byte) 0);
                }
                last = rows.getLast().id();
            }
        }
        return new KeysetTrial(readable, unreadable, otherFingerprints);
    }

    private static Optional<byte[]> decrypt(CredentialRow row, Keyset keyset) {
        try {
            return Optional.of(keyset.aead().decrypt(row.ciphertext(), row.place()));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static boolean isFingerprinted(CredentialRow row, byte[] value, Keyset keyset, Connection connection)
            throws SQLException {
        String made = HexFormat.of().formatHex(CredentialCipher.fingerprint(keyset, value, row.place()));
        try (PreparedStatement query = connection.prepareStatement(FINGERPRINT)) {
            query.setObject(1, row.id());
            query.setBytes(2, row.ciphertext());
            try (ResultSet stored = query.executeQuery()) {
                // Changed or deleted since it was read, and none of this trial's business any more.
                return !stored.next() || stored.getString(1).equals(made);
            }
        }
    }
}
