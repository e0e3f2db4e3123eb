package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Re-encrypts all credentials with the primary key, and recomputes all fingerprints with the primary fingerprint key,
 * while servers run.
 *
 * <p>Rows under other keys are read by id, without a lock, and written in batches, each in a transaction. A row is
 * written only if its ciphertext is unchanged since it was read, so a server's concurrent change is never
 * overwritten. Progress is not stored: a restarted run continues with the rows that are not under the primary keys
 * yet.
 *
 * <p>Versions and times do not change; fingerprints change only with the fingerprint key. Servers' caches are not
 * invalidated (see V7__rewrap.sql).
 */
public final class Rewrap {
    private static final String SET_REWRAPPING = "select set_config('agyn.rewrapping', 'on', true)";
    private static final String WRITE = "update %1$s set %2$s = ?%3$s where id = ? and %2$s = ?";
    private static final String REFERENCES = "select id, organization_id, %2$s, %3$s from %1$s where %2$s is not null";
    private static final String WRITE_REFERENCE = "update %1$s set %3$s = ? where id = ? and %2$s = ? and %3$s = ?";

    private final Connection connection;
    private final Keyset keyset;
    private final LongConsumer progress;
    private final Set<String> unreadable = new LinkedHashSet<>();
    private long rewrapped;

    /**
     * @param connection a connection that nobody else uses
     * @param keyset the keys that rows are under, including the primary key
     * @param progress receives the number of written rows after each batch
     */
    public Rewrap(Connection connection, Keyset keyset, LongConsumer progress) {
        this.connection = requireNonNull(connection, "connection is null");
        this.keyset = requireNonNull(keyset, "keyset is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * Runs the rewrap.
     *
     * @return the rows that could not be decrypted, which are unchanged
     * @throws SQLException if the database fails; written batches stay
     */
    public Set<String> run() throws SQLException {
        KeysetCheck.rewrap(connection, keyset);
        long before;
        do {
            before = rewrapped;
            for (CredentialColumn column : AllCredentialColumns.COLUMNS) {
                rewrap(column);
            }
            // Again, since a server may have written rows with another key meanwhile.
        } while (rewrapped > before);
        if (hasOlderFingerprints()) {
            for (FingerprintedReference reference : AllCredentialColumns.REFERENCES) {
                rewrapped += write(sql(WRITE_REFERENCE, reference), write -> addReferences(reference, write));
            }
        }
        return Set.copyOf(unreadable);
    }

    /** The number of written rows. */
    public long rewrapped() {
        return rewrapped;
    }

    private void rewrap(CredentialColumn column) throws SQLException {
        UUID last = CredentialRow.START;
        while (true) {
            // The key of a fingerprint is known only after decrypting the credential.
            Optional<KeyId> excluded = column.fingerprint().isPresent() && hasOlderFingerprints()
                    ? Optional.empty()
                    : Optional.of(keyset.primary());
            List<CredentialRow> rows = CredentialRow.after(last, column, excluded, connection);
            if (rows.isEmpty()) {
                return;
            }
            last = rows.getLast().id();
            rewrapped += write(column, rows);
            progress.accept(rewrapped);
        }
    }

    private boolean hasOlderFingerprints() {
        return keyset.keys(KeyPurpose.FINGERPRINT).size() > 1;
    }

    private long write(CredentialColumn column, List<CredentialRow> rows) throws SQLException {
        String fingerprint =
                column.fingerprintColumn().map(name -> ", " + name + " = ?").orElse("");
        return write(WRITE.formatted(column.table(), column.column(), fingerprint), write -> {
            for (CredentialRow row : rows) {
                add(row, write);
            }
        });
    }

    private interface Batch {
        void addTo(PreparedStatement write) throws SQLException;
    }

    /**
     * Runs a batch in a transaction that does not invalidate the servers' caches; returns the number of written rows.
     */
    private long write(String sql, Batch batch) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement setting = connection.createStatement();
                PreparedStatement write = connection.prepareStatement(sql)) {
            setting.execute(SET_REWRAPPING);
            batch.addTo(write);
            long written = Arrays.stream(write.executeBatch()).sum();
            connection.commit();
            return written;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Adds a row to a batch, unless it is under the primary keys or cannot be decrypted. */
    private void add(CredentialRow row, PreparedStatement write) throws SQLException {
        byte[] credential;
        try {
            credential = keyset.aead().decrypt(row.ciphertext(), row.context());
        } catch (GeneralSecurityException e) {
            unreadable.add(row.toString());
            return;
        }
        try {
            Optional<String> fingerprint = row.newFingerprint(credential, keyset);
            boolean isEncrypted =
                    KeyId.of(row.ciphertext()).filter(keyset.primary()::equals).isPresent();
            if (isEncrypted && fingerprint.equals(row.fingerprint())) {
                return;
            }
            int next = 1;
            write.setBytes(next++, keyset.aead().encrypt(credential, row.context()));
            if (fingerprint.isPresent()) {
                write.setString(next++, fingerprint.get());
            }
            write.setObject(next++, row.id());
            write.setBytes(next, row.ciphertext());
            write.addBatch();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not refuse to encrypt", e);
        } finally {
            Arrays.fill(credential, (byte) 0);
        }
    }

    private static String sql(String template, FingerprintedReference reference) {
        return template.formatted(reference.table(), reference.column(), reference.fingerprintColumn());
    }

    private void addReferences(FingerprintedReference reference, PreparedStatement write) throws SQLException {
        KeyId primary = keyset.primary(KeyPurpose.FINGERPRINT);
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(sql(REFERENCES, reference))) {
            while (row.next()) {
                UUID id = row.getObject(1, UUID.class);
                byte[] context =
                        reference.context(row.getObject(2, UUID.class), id).bytes();
                byte[] referred =
                        (reference.prefix() + row.getObject(3, UUID.class)).getBytes(StandardCharsets.US_ASCII);
                String fingerprint = Fingerprints.compute(primary, keyset, referred, context);
                if (!fingerprint.equals(row.getString(4))) {
                    write.setString(1, fingerprint);
                    write.setObject(2, id);
                    write.setObject(3, row.getObject(3));
                    write.setString(4, row.getString(4));
                    write.addBatch();
                }
            }
        }
    }
}
