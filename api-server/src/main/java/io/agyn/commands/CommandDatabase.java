package io.agyn.commands;

import io.agyn.database.DatabaseProbe;
import io.agyn.database.DatabaseUrl;
import io.agyn.operator.DataFolder;
import io.agyn.operator.OperatorException;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.settings.Settings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The database of a command: {@code AGYN_DATABASE_URL}, or the embedded one in the data folder, which is
 * started unless a server runs it.
 */
final class CommandDatabase implements AutoCloseable {
    private final Connection connection;
    private final Runnable release;

    private CommandDatabase(Connection connection, Runnable release) {
        this.connection = connection;
        this.release = release;
    }

    /**
     * Connects to the database.
     *
     * @param settings the server's settings
     * @return the database, to be closed
     * @throws OperatorException without a database, or if it does not respond
     */
    static CommandDatabase open(Settings settings) {
        Optional<String> url = settings.database().url().filter(value -> !value.isBlank());
        return url.isPresent() ? onUrl(DatabaseUrl.parse(url.get()), settings) : inFolder(settings.dataDir());
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void close() throws SQLException {
        try {
            connection.close();
        } finally {
            release.run();
        }
    }

    private static CommandDatabase onUrl(DatabaseUrl url, Settings settings) {
        String username = settings.database().username().or(url::username).orElse("");
        String password = settings.database().password().or(url::password).orElse("");
        return new CommandDatabase(DatabaseProbe.connect(url, username, password), () -> {});
    }

    private static CommandDatabase inFolder(Path folder) {
        if (!EmbeddedPostgres.hasData(folder)) {
            throw new OperatorException("The data folder " + folder + " has no database"
                    + ": start the server once, or correct AGYN_DATA_DIR or AGYN_DATABASE_URL.");
        }
        Optional<DataFolder> free = DataFolder.openIfFree(folder);
        if (free.isEmpty()) {
            EmbeddedPostgres.Access running = EmbeddedPostgres.ofRunning(folder);
            Connection connection =
                    DatabaseProbe.connect(DatabaseUrl.parse(running.jdbcUrl()), running.username(), running.password());
            return new CommandDatabase(connection, () -> {});
        }
        // Locked until the end, so that no server mistakes this PostgreSQL for one left by a killed server.
        DataFolder held = free.get();
        EmbeddedPostgres postgres = EmbeddedPostgres.on(folder);
        Thread hook = new Thread(postgres::close);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            postgres.start();
            Connection connection = DatabaseProbe.connect(
                    DatabaseUrl.parse(postgres.jdbcUrl()), postgres.username(), postgres.password());
            return new CommandDatabase(connection, () -> {
                postgres.close();
                held.close();
            });
        } catch (OperatorException e) {
            postgres.close();
            held.close();
            throw e;
        }
    }
}
