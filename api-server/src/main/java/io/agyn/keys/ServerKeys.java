package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that a running server of the database has loaded.
 *
 * <p>Each server holds a shared advisory lock for each of its keys, and one of another kind for each primary key, on the
 * connection by which it hears of changes. PostgreSQL lists who holds which, and lets go of them when a server's
 * connection ends, however it ends: there is nothing to tidy up.
 *
 * @param keys the keys that it has
 * @param primary the keys that it uses for new values, one for each purpose; for a moment more, while it changes over
 */
public record ServerKeys(Set<KeyId> keys, Set<KeyId> primary) {
    // The first halves of the locks' numbers, "agyn" plus one or two; the second is the key's id.
    private static final int HOLDS = 0x6167796f;
    private static final int USES = 0x61677970;

    private static final String LOCK = "select pg_advisory_lock_shared(?, ?)";
    private static final String UNLOCK = "select pg_advisory_unlock_shared(?, ?)";
    // A lock of two numbers has 2 for objsubid, and shows them as unsigned ones.
    private static final String READ = """
            select pid, classid::bigint, objid::bigint
            from pg_locks
            where locktype = 'advisory' and objsubid = 2 and granted and classid::bigint in (?, ?)
                and database = (select oid from pg_database where datname = current_database())
            order by pid""";

    public ServerKeys {
        keys = Set.copyOf(keys);
        primary = Set.copyOf(primary);
    }

    /**
     * Finds the servers that are running on a database.
     *
     * @param connection a connection to the database
     * @return what each of them has loaded
     * @throws SQLException when the database does not answer
     */
    public static List<ServerKeys> read(Connection connection) throws SQLException {
        Map<Integer, Set<KeyId>> holding = new LinkedHashMap<>();
        Map<Integer, Set<KeyId>> using = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(READ)) {
            query.setLong(1, HOLDS);
            query.setLong(2, USES);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Map<Integer, Set<KeyId>> kind = row.getLong(2) == HOLDS ? holding : using;
                    kind.computeIfAbsent(row.getInt(1), pid -> new HashSet<>()).add(new KeyId((int) row.getLong(3)));
                }
            }
        }
        // One that has not announced a primary key yet is between two statements.
        return using.entrySet().stream()
                .map(server -> new ServerKeys(holding.getOrDefault(server.getKey(), Set.of()), server.getValue()))
                .toList();
    }

    /**
     * Announces a server's keys in the place of those that it has announced before.
     *
     * @param connection the connection that the announcement lives as long as
     * @param before what was announced on it; nothing where nothing was
     * @param now what the server has loaded
     * @throws SQLException when the database does not answer
     */
    static void announce(Connection connection, Optional<Keyset> before, Keyset now) throws SQLException {
        requireNonNull(now, "now is null");
        // First the new ones, so that a command never sees a server without keys.
        each(connection, LOCK, now);
        if (before.isPresent()) {
            each(connection, UNLOCK, before.get());
        }
    }

    private static void each(Connection connection, String sql, Keyset keyset) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (KeyPurpose purpose : KeyPurpose.values()) {
                for (KeyId key : keyset.keys(purpose)) {
                    run(statement, HOLDS, key);
                }
                run(statement, USES, keyset.primary(purpose));
            }
        }
    }

    private static void run(PreparedStatement statement, int kind, KeyId key) throws SQLException {
        statement.setInt(1, kind);
        statement.setInt(2, key.value());
        statement.execute();
    }
}
