package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
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
 * Encrypts all that is stored with the primary key, while servers run.
 *
 * <p>Rows that are under another key are read in the order of their ids, without a lock, and written by batches, each in a
 * transaction of its own. A row is written only if it still holds what was read: one that a server has changed meanwhile
 * stays as the server left it. Nothing is noted anywhere: whoever is cut off is run again and goes on with the rows that
 * are not under the primary key.
 *
 * <p>No version, time, fingerprint or entity tag changes, since no credential does; nor do servers look anything up anew
 * (see V7__rewrap.sql).
 */
public final class Rewrap {
    private static final String QUIETLY = "select set_config('agyn.rewrapping', 'on', true)";
    private static final String WRITE = "update %1$s set %2$s = ? where id = ? and %2$s = ?";

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
        return Set.copyOf(unreadable);
    }

    /** How many rows were written. */
    public long rewrapped() {
        return rewrapped;
    }

    private void rewrap(CredentialColumn column) throws SQLException {
        UUID last = CredentialRow.START;
        while (true) {
            List<CredentialRow> rows = CredentialRow.after(last, column, Optional.of(keyset.primary()), connection);
            if (rows.isEmpty()) {
                return;
            }
            last = rows.getLast().id();
            rewrapped += write(column, rows);
            progress.accept(rewrapped);
        }
    }

    private long write(CredentialColumn column, List<CredentialRow> rows) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement quietly = connection.createStatement();
                PreparedStatement write =
                        connection.prepareStatement(WRITE.formatted(column.table(), column.column()))) {
            quietly.execute(QUIETLY);
            for (CredentialRow row : rows) {
                try {
                    write.setBytes(1, keyset.rewrap(row.ciphertext(), row.place()));
                } catch (GeneralSecurityException e) {
                    unreadable.add(row.toString());
                    continue;
                }
                write.setObject(2, row.id());
                write.setBytes(3, row.ciphertext());
                write.addBatch();
            }
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
}
