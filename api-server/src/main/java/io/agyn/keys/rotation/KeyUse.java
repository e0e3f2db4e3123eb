package io.agyn.keys.rotation;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.KeyId;
import io.agyn.keys.credentials.AllCredentialColumns;
import io.agyn.keys.credentials.CredentialColumn;
import io.agyn.operator.OperatorException;
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

/** Counts the rows of a database by their encryption key. */
public final class KeyUse {
    private static final String COUNT = """
        select substring(%2$s from 1 for %3$d), count(*) from %1$s where %2$s <> '' group by 1\
        """;
    private static final String CHECK = "keyset check";
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Map<String, Map<KeyId, Long>> counts = new LinkedHashMap<>();

    private KeyUse() {}

    /** Counts the rows, with one scan of each table. */
    public static KeyUse count(Connection connection) throws SQLException {
        KeyUse use = new KeyUse();
        for (CredentialColumn column : AllCredentialColumns.COLUMNS) {
            use.counts.put(column.label(), count(connection, column.table(), column.column()));
        }
        use.counts.put(CHECK, count(connection, "keyset_check", "ciphertext"));
        return use;
    }

    /**
     * Counts the rows after all transactions have ended that have written credentials until now.
     *
     * @param connection a connection outside of a transaction
     * @throws OperatorException if a transaction takes too long
     */
    public static KeyUse countAfterWrites(Connection connection) throws SQLException {
        for (String table : AllCredentialColumns.COLUMNS.stream()
                .map(CredentialColumn::table)
                .distinct()
                .toList()) {
            awaitWrites(connection, table);
        }
        return count(connection);
    }

    /** The lock is granted when no transaction that has written to the table is open, and released at once. */
    private static void awaitWrites(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("begin");
            try {
                statement.execute("set local lock_timeout = '%ds'".formatted(LOCK_TIMEOUT.toSeconds()));
                statement.execute("lock table %s in share mode".formatted(table));
            } catch (SQLException e) {
                if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw new OperatorException(
                            "A transaction has been writing to the table %s for more than %d s: run the command again when it has ended."
                                    .formatted(table, LOCK_TIMEOUT.toSeconds()),
                            e);
                }
                throw e;
            } finally {
                statement.execute("rollback");
            }
        }
    }

    /** The kinds of rows, such as {@code secret values}, in order. */
    public List<String> kinds() {
        return List.copyOf(counts.keySet());
    }

    /** The keys that rows are encrypted with. */
    public Set<KeyId> keys() {
        return counts.values().stream()
                .flatMap(rows -> rows.keySet().stream())
                .collect(Collectors.toCollection(
                        () -> new TreeSet<>((one, other) -> Integer.compareUnsigned(one.value(), other.value()))));
    }

    /**
     * The number of rows of a kind that need a key.
     *
     * @param kind one of {@link #kinds}
     */
    public long of(String kind, KeyId key) {
        return requireNonNull(counts.get(requireNonNull(kind, "kind is null")), "unknown kind")
                .getOrDefault(key, 0L);
    }

    /** The number of rows that need a key. */
    public long of(KeyId key) {
        return counts.keySet().stream().mapToLong(kind -> of(kind, key)).sum();
    }

    /** The number of rows that need any key but this one. */
    public long ofOthers(KeyId key) {
        return keys().stream()
                .filter(other -> !other.equals(key))
                .mapToLong(this::of)
                .sum();
    }

    /** Describes the rows that need a key, such as {@code secret values: 3, keyset check: 1}. */
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
