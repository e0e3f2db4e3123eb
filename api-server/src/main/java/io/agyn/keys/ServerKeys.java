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
 * <p>Each server holds a shared advisory lock for each of its keys, and one of another kind for each primary key, on
 * the connection of its change feed. PostgreSQL lists the holders, and releases the locks when a server's connection
 * ends, also by a crash, so no cleanup is needed.
 *
 * @param keys the server's keys
 * @param primary the keys that it uses for new values, one for each purpose; briefly more during a change
 */
public record ServerKeys(Set<KeyId> keys, Set<KeyId> primary) {
    // The first half of a lock's number: "agyn" plus one or two. The second half is the key's id.
    private static final int HOLDS = 0x6167796f;
    private static final int USES = 0x61677970;

    private static final String LOCK = "select pg_advisory_lock_shared(?, ?)";
    private static final String UNLOCK = "select pg_advisory_unlock_shared(?, ?)";
    // A lock with two numbers has objsubid 2, and shows them as unsigned.
    private static final String READ = """
        select pid, classid::bigint, objid::bigint
        from pg_locks
        where locktype = 'advisory' and objsubid = 2 and granted and classid::bigint in (?, ?)
            and database = (select oid from pg_database where datname = current_database())
        order by pid\
        """;

    public ServerKeys {
        keys = Set.copyOf(keys);
        primary = Set.copyOf(primary);
    }

    /** Returns the keys of each server that runs on a database. */
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
        // A server without a primary key is between two statements.
        return using.entrySet().stream()
                .map(server -> new ServerKeys(holding.getOrDefault(server.getKey(), Set.of()), server.getValue()))
                .toList();
    }

    /**
     * Replaces a server's announced keys.
     *
     * @param connection the connection of the announcement, which ends with it
     * @param before the previous announcement, if any
     * @param now the loaded keys
     */
    static void announce(Connection connection, Optional<Keyset> before, Keyset now) throws SQLException {
        requireNonNull(now, "now is null");
        // The new ones first, so that a command never sees a server without keys.
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
