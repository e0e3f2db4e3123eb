package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The result of decrypting everything in a database with a keyset.
 *
 * @param readable the number of decrypted rows
 * @param unreadable the names of the other rows
 * @param otherFingerprints the names of rows whose fingerprint matches no key of the keyset
 * @param fingerprints the number of fingerprints by key
 */
public record KeysetVerification(
        long readable, List<String> unreadable, List<String> otherFingerprints, Map<KeyId, Long> fingerprints) {
    public KeysetVerification {
        unreadable = List.copyOf(unreadable);
        otherFingerprints = List.copyOf(otherFingerprints);
        fingerprints = Map.copyOf(fingerprints);
    }

    /**
     * Decrypts everything, without writing.
     *
     * @param keyset the keyset to check
     */
    public static KeysetVerification run(Connection connection, Keyset keyset) throws SQLException {
        requireNonNull(keyset, "keyset is null");
        long readable = 0;
        List<String> unreadable = new ArrayList<>();
        List<String> otherFingerprints = new ArrayList<>();
        Map<KeyId, Long> fingerprints = new HashMap<>();
        if (!KeysetCheck.isReadable(connection, keyset)) {
            unreadable.add("the keyset check");
        }
        for (CredentialColumn column : AllCredentialColumns.COLUMNS) {
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
                    if (row.fingerprint().isPresent()) {
                        row.fingerprintKey(value.get(), keyset)
                                .ifPresentOrElse(
                                        key -> fingerprints.merge(key, 1L, Long::sum),
                                        () -> otherFingerprints.add(row.toString()));
                    }
                    Arrays.fill(value.get(), (byte) 0);
                }
                last = rows.getLast().id();
            }
        }
        return new KeysetVerification(readable, unreadable, otherFingerprints, fingerprints);
    }

    private static Optional<byte[]> decrypt(CredentialRow row, Keyset keyset) {
        try {
            return Optional.of(keyset.aead().decrypt(row.ciphertext(), row.context()));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }
}
