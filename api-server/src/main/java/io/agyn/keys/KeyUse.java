package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.OperatorException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How many rows of a database are encrypted with which key. */
public final class KeyUse {
    private static final String COUNT = """
            select substring(%2$s from 1 for %3$d), count(*) from %1$s where %2$s is not null group by 1""";
    private static final String CHECK = "keyset check";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Map<String, Map<KeyId, Long>> counts = new LinkedHashMap<>();

    private KeyUse() {}

    /**
     * Counts, with one scan of each table.
     *
     * @param connection a connection to the database
     * @return the counts
     * @throws SQLException when the database does not answer
     */
    public static KeyUse count(Connection connection) throws SQLException {
        KeyUse use = new KeyUse();
        for (CredentialColumn column : CredentialColumn.values()) {
            use.counts.put(column.label(), count(connection, column.table(), column.column()));
        }
        use.counts.put(CHECK, count(connection, "keyset_check", "ciphertext"));
        return use;
    }

    /**
     * Counts once all transactions have ended that have written credentials until now.
     *
     * @param connection a connection to the database, outside of a transaction
     * @return the counts
     * @throws OperatorException when one of them takes too long
     * @throws SQLException when the database does not answer
     */
    public static KeyUse countAfterWrites(Connection connection) throws SQLException {
        for (String table : Stream.of(CredentialColumn.values())
                .map(CredentialColumn::table)
                .distinct()
                .toList()) {
            awaitWrites(connection, table);
        }
        return count(connection);
    }

    /** The lock is had when no transaction is left that has written to the table, and is given back at once. */
    private static void awaitWrites(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("begin");
            try {
                statement.execute("set local lock_timeout = '%ds'".formatted(PATIENCE.toSeconds()));
                statement.execute("lock table %s in share mode".formatted(table));
            } catch (SQLException e) {
                if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw new OperatorException(
                            "Something writes to the table %s for longer than %d s: run this again when it has ended."
                                    .formatted(table, PATIENCE.toSeconds()),
                            e);
                }
                throw e;
            } finally {
                statement.execute("rollback");
            }
        }
    }

    /**
     * Names what is counted.
     *
     * @return such as {@code secret values}, in order
     */
    public List<String> kinds() {
        return List.copyOf(counts.keySet());
    }

    /**
     * Gives the keys that rows are encrypted with.
     *
     * @return the keys
     */
    public Set<KeyId> keys() {
        return counts.values().stream()
                .flatMap(rows -> rows.keySet().stream())
                .collect(Collectors.toCollection(
                        () -> new TreeSet<>((one, other) -> Integer.compareUnsigned(one.value(), other.value()))));
    }

    /**
     * Gives how many rows of a kind need a key.
     *
     * @param kind one of {@link #kinds}
     * @param key the key
     * @return their number
     */
    public long of(String kind, KeyId key) {
        return counts.get(requireNonNull(kind, "kind is null")).getOrDefault(key, 0L);
    }

    /**
     * Gives how many rows need a key.
     *
     * @param key the key
     * @return their number
     */
    public long of(KeyId key) {
        return counts.keySet().stream().mapToLong(kind -> of(kind, key)).sum();
    }

    /**
     * Gives how many rows need another key than one.
     *
     * @param key the key
     * @return their number
     */
    public long notOf(KeyId key) {
        return keys().stream()
                .filter(other -> !other.equals(key))
                .mapToLong(this::of)
                .sum();
    }

    /**
     * Says which rows need a key.
     *
     * @param key the key
     * @return such as {@code secret values: 3, keyset check: 1}
     */
    public String describe(KeyId key) {
        Stream<String> needed =
                counts.keySet().stream().filter(kind -> of(kind, key) > 0).map(kind -> kind + ": " + of(kind, key));
        return needed.collect(Collectors.joining(", "));
    }

    private static Map<KeyId, Long> count(Connection connection, String table, String column) throws SQLException {
        Map<KeyId, Long> rows = new HashMap<>();
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(COUNT.formatted(table, column, KeyId.PREFIX_BYTES))) {
            while (row.next()) {
                long count = row.getLong(2);
                KeyId.of(row.getBytes(1)).ifPresent(key -> rows.put(key, count));
            }
        }
        return rows;
    }
}
