package io.agyn.it;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A PostgreSQL that servers find at a {@link DatabaseLink}, and the keyset of its data, in a folder. */
final class ExternalDatabase implements AutoCloseable {
    private final Path folder;
    private final DatabaseLink link;
    private EmbeddedPostgres postgres;

    private ExternalDatabase(Path folder) throws IOException {
        this.folder = folder;
        postgres = started(folder);
        link = new DatabaseLink(port());
    }

    /** Starts it, and creates a keyset unless there is one. */
    static ExternalDatabase start(Path folder) throws IOException {
        ExternalDatabase database = new ExternalDatabase(folder);
        if (!Files.exists(database.keyset())) {
            Keyset.create(database.keyset());
        }
        return database;
    }

    private static EmbeddedPostgres started(Path folder) throws IOException {
        EmbeddedPostgres postgres = EmbeddedPostgres.on(Files.createDirectories(folder));
        postgres.start();
        return postgres;
    }

    /** Stops it; the link stays, and closes each connection. */
    void stop() {
        postgres.close();
    }

    /** Starts it again after {@link #stop}. */
    void restart() throws IOException {
        replaceBy(folder);
    }

    /** Leads the link to the databases in another folder, such as a restored one. */
    void replaceBy(Path other) throws IOException {
        stop();
        postgres = started(other);
        link.leadTo(port());
    }

    /** The variables of its servers. */
    Map<String, String> variables() {
        return variables("postgres", postgres.username(), postgres.password());
    }

    /** The variables of servers on one of its databases, with a role. */
    Map<String, String> variables(String database, String username, String password) {
        return new HashMap<>(Map.of(
                "AGYN_DATABASE_URL",
                "postgresql://127.0.0.1:" + link.port() + "/" + database,
                "AGYN_DATABASE_USERNAME",
                username,
                "AGYN_DATABASE_PASSWORD",
                password,
                "AGYN_KEYSET_FILE",
                keyset().toString()));
    }

    Path keyset() {
        return folder.resolve("keys.json");
    }

    EmbeddedPostgres postgres() {
        return postgres;
    }

    /** The port of PostgreSQL, which changes when it is started again. */
    int port() {
        return URI.create(postgres.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    Connection connect() throws SQLException {
        return connect(postgres);
    }

    void execute(String... statements) throws SQLException {
        execute(connect(), statements);
    }

    /** A connection to the databases of a stopped server, which have been started. */
    static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    /** Runs statements, and closes the connection. */
    static void execute(Connection opened, String... statements) throws SQLException {
        try (Connection connection = opened;
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Locks tables until the connection is closed. */
    Connection lock(String tables) throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        try (Statement lock = connection.createStatement()) {
            lock.execute("lock table " + tables + " in access exclusive mode");
        }
        return connection;
    }

    long number(String query) throws SQLException {
        return Long.parseLong(column(query).getFirst());
    }

    /** The first column of a query's rows. */
    List<String> column(String query) throws SQLException {
        return column(postgres, query);
    }

    static List<String> column(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    @Override
    public void close() throws IOException {
        link.close();
        postgres.close();
    }
}
