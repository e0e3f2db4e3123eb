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
 * Encrypts all that is stored with the primary key, and puts all fingerprints under the primary key, while servers run.
 *
 * <p>Rows that are under another key are read in the order of their ids, without a lock, and written by batches, each in a
 * transaction of its own. A row is written only if it still holds what was read: one that a server has changed meanwhile
 * stays as the server left it. No progress is stored: an interrupted run is run again and goes on with the rows that are not
 * under the primary keys.
 *
 * <p>No version or time changes, and a fingerprint only where the fingerprint key does; nor do servers look anything up anew
 * (see V7__rewrap.sql).
 */
public final class Rewrap {
    private static final String QUIETLY = "select set_config('agyn.rewrapping', 'on', true)";
    private static final String WRITE = "update %1$s set %2$s = ?%3$s where id = ? and %2$s = ?";
    private static final String REFERENCES = """
            select id, organization_id, token_secret_id, credentials_fingerprint from llm_provider
            where token_secret_id is not null""";
    private static final String WRITE_REFERENCE = """
            update llm_provider set credentials_fingerprint = ?
            where id = ? and token_secret_id = ? and credentials_fingerprint = ?""";

    private final Connection connection;
    private final Keyset keyset;
    private final LongConsumer progress;
    private final Set<String> unreadable = new LinkedHashSet<>();
    private long rewrapped;

    /**
     * Prepares the work.
     *
     * @param connection a connection to the database, in nobody else's use
     * @param keyset the keys that rows are under, the primary key among them
     * @param progress is told after each batch how many rows have been written
     */
    public Rewrap(Connection connection, Keyset keyset, LongConsumer progress) {
        this.connection = requireNonNull(connection, "connection is null");
        this.keyset = requireNonNull(keyset, "keyset is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * Does it.
     *
     * @return the places of what could not be decrypted and is left as it was
     * @throws SQLException when the database does not answer; what was written stays
     */
    public Set<String> run() throws SQLException {
        KeysetCheck.rewrap(connection, keyset);
        long before;
        do {
            before = rewrapped;
            for (CredentialColumn column : CredentialColumn.values()) {
                rewrap(column);
            }
            // Once more: a server may have written with another key behind where this was.
        } while (rewrapped > before);
        if (hasFormerFingerprints()) {
            rewrapped += write(WRITE_REFERENCE, this::addReferences);
        }
        return Set.copyOf(unreadable);
    }

    /** How many rows were written. */
    public long rewrapped() {
        return rewrapped;
    }

    private void rewrap(CredentialColumn column) throws SQLException {
        UUID last = CredentialRow.START;
        while (true) {
            // Only the credential itself tells which key its fingerprint is under.
            Optional<KeyId> but = column.fingerprint().isPresent() && hasFormerFingerprints()
                    ? Optional.empty()
                    : Optional.of(keyset.primary());
            List<CredentialRow> rows = CredentialRow.after(last, column, but, connection);
            if (rows.isEmpty()) {
                return;
            }
            last = rows.getLast().id();
            rewrapped += write(column, rows);
            progress.accept(rewrapped);
        }
    }

    private boolean hasFormerFingerprints() {
        return keyset.keys(KeyPurpose.FINGERPRINT).size() > 1;
    }

    private long write(CredentialColumn column, List<CredentialRow> rows) throws SQLException {
        String fingerprint =
                column.fingerprint().map(name -> ", " + name + " = ?").orElse("");
        return write(WRITE.formatted(column.table(), column.column(), fingerprint), write -> {
            for (CredentialRow row : rows) {
                add(row, write);
            }
        });
    }

    private interface Batch {
        void addTo(PreparedStatement write) throws SQLException;
    }

    /** Runs a batch in a transaction that changes nothing that servers know from memory; returns how many rows it wrote. */
    private long write(String sql, Batch batch) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement quietly = connection.createStatement();
                PreparedStatement write = connection.prepareStatement(sql)) {
            quietly.execute(QUIETLY);
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
            credential = keyset.aead().decrypt(row.ciphertext(), row.place());
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
            write.setBytes(next++, keyset.aead().encrypt(credential, row.place()));
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

    /** Adds the LLM providers that refer to a secret: their fingerprints are of the reference. */
    private void addReferences(PreparedStatement write) throws SQLException {
        KeyId primary = keyset.primary(KeyPurpose.FINGERPRINT);
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(REFERENCES)) {
            while (row.next()) {
                UUID id = row.getObject(1, UUID.class);
                byte[] place = EncryptionContext.ofProviderToken(row.getObject(2, UUID.class), id)
                        .bytes();
                byte[] reference = ("secret " + row.getObject(3, UUID.class)).getBytes(StandardCharsets.US_ASCII);
                String fingerprint = Fingerprints.compute(primary, keyset, reference, place);
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
