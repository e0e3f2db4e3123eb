package io.agyn.changes;

import static java.util.Objects.requireNonNull;

import io.agyn.database.DatabaseFailures;
import io.agyn.database.PoolConnections;
import io.agyn.health.BackgroundThread;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Notifies the caches of this server of changes by all servers.
 *
 * <p>Triggers write each change into a table, in the transaction of the change, and notify. The feed waits for
 * notifications ({@code LISTEN}) on one connection and reads the table: at each notification, and twice a second
 * without any, so that a lost notification causes only a short delay. Changes are read by transaction: those that
 * were open at the last read are queried again, since transactions do not commit in the order of their ids.
 */
@Singleton
public class ChangeFeed {
    private static final Logger LOG = Logger.getLogger(ChangeFeed.class);

    private static final Duration POLL = Duration.ofMillis(500);
    // A burst of changes is read in a few batches, since each batch goes through the caches.
    private static final Duration BATCH_DELAY = Duration.ofMillis(20);
    private static final Duration RECONNECT = Duration.ofMillis(250);
    private static final Duration PRUNE = Duration.ofMinutes(10);
    // Half of the hour that changes are kept: after a longer outage, one may be missing.
    private static final Duration GAP = Duration.ofMinutes(30);
    // Otherwise, if the database's machine crashes, TCP would wait for 15 minutes.
    private static final int CONNECT_TIMEOUT_SECONDS = 2;
    private static final int RESPONSE_TIMEOUT_SECONDS = 5;

    private static final String READ = """
        with reading as (select pg_snapshot_xmin(pg_current_snapshot()) as oldest_open)
        select reading.oldest_open::text, sequence, table_name, row_id, organization_id, operation
        from reading left join change on transaction_id >= ?::xid8\
        """;
    // Reads no table, so it waits for no lock.
    private static final String PROBE = "select current_setting('transaction_read_only')::boolean";
    private static final String OLDEST_OPEN = "select pg_snapshot_xmin(pg_current_snapshot())::text";
    private static final String DELETE_OLD = "delete from change where changed_at < now() - interval '1 hour'";

    private final PGSimpleDataSource database;
    private final List<ChangeListener> listeners;
    private final List<ChangeFeedHook> hooks;
    private final PoolConnections pool;
    private final Thread thread;
    private volatile boolean stopped;

    // The oldest transaction that was open at the last read; empty before the first read.
    private Optional<Long> oldestOpen = Optional.empty();
    private Set<Long> seen = Set.of();
    private volatile DualClockInstant lastRead = DualClockInstant.now();
    private volatile boolean readOnly;
    // Whether a timeout now means an unresponsive database, not a slow statement.
    private boolean isSuspect;
    private boolean isListening;
    private DualClockInstant lastPrune = DualClockInstant.now();
    private boolean connected = true;

    ChangeFeed(
            @ConfigProperty(name = "quarkus.datasource.jdbc.url") String url,
            @ConfigProperty(name = "quarkus.datasource.username") Optional<String> username,
            @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password,
            @All List<ChangeListener> listeners,
            @All List<ChangeFeedHook> hooks,
            PoolConnections pool) {
        // A separate connection: the pool may have only one, and would hand it out while it still listens.
        database = new PGSimpleDataSource();
        database.setURL(requireNonNull(url, "url is null"));
        username.ifPresent(database::setUser);
        password.ifPresent(database::setPassword);
        database.setApplicationName("agyn change feed");
        database.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
        database.setSocketTimeout(RESPONSE_TIMEOUT_SECONDS);
        this.listeners = List.copyOf(listeners);
        this.hooks = List.copyOf(hooks);
        this.pool = requireNonNull(pool, "pool is null");
        this.thread = BackgroundThread.unstarted("change-feed", this::run);
    }

    void start(@Observes StartupEvent event, MeterRegistry registry) {
        TimeGauge.builder("agyn.changes.age", this, TimeUnit.MILLISECONDS, feed -> feed.silence()
                        .toMillis())
                .description("Time since the last poll for changes, which runs twice a second")
                .register(registry);
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
        thread.interrupt();
    }

    /** The time since the database was last queried for changes; at most half a second while it responds. */
    Duration silence() {
        return lastRead.age();
    }

    /** Whether the database was read-only at the last check, as a standby is before its promotion. */
    boolean isReadOnly() {
        return readOnly;
    }

    /** Makes the caches look everything up again. */
    void markCachesStale() {
        listeners.forEach(ChangeListener::onSilence);
    }

    private void run() {
        while (!stopped) {
            try (Connection connection = database.getConnection()) {
                listen(connection);
            } catch (SQLException e) {
                readOnly = DatabaseFailures.READ_ONLY.equals(e.getSQLState());
                boolean isTimeout = e.getCause() instanceof SocketTimeoutException;
                boolean isHung = isTimeout && isSuspect;
                if (isHung) {
                    // It hangs for the others too; they reconnect instead of waiting.
                    LOG.warn("The database does not respond: all connections to it are closed");
                    pool.abort();
                }
                isSuspect = isTimeout && isListening && !isHung;
                isListening = false;
                if (!connected) {
                    pause(RECONNECT);
                } else if (!stopped) {
                    // Reconnects at once: usually only the connection is lost, not the database.
                    LOG.warnf("Changes by other servers are not received: %s", e.getMessage());
                    connected = false;
                }
            } catch (RuntimeException e) {
                LOG.error("A change could not be applied; the caches are cleared", e);
                oldestOpen = Optional.empty();
                pause(RECONNECT);
            }
        }
    }

    private void listen(Connection connection) throws SQLException {
        PGConnection notifications = connection.unwrap(PGConnection.class);
        try (Statement statement = connection.createStatement();
                PreparedStatement read = connection.prepareStatement(READ)) {
            statement.execute("listen agyn_change");
            isListening = true;
            while (!stopped) {
                probe(statement);
                if (oldestOpen.isEmpty() || lastRead.age().compareTo(GAP) > 0) {
                    restart(statement);
                } else {
                    read(statement, read, oldestOpen.get());
                }
                lastRead = DualClockInstant.now();
                if (!connected) {
                    LOG.info("Changes by other servers are received again");
                    connected = true;
                }
                prune(statement);
                for (ChangeFeedHook hook : hooks) {
                    hook.onPoll(connection);
                }
                if (notifications.getNotifications((int) POLL.toMillis()).length > 0) {
                    pause(BATCH_DELAY);
                }
            }
        }
    }

    private void probe(Statement statement) throws SQLException {
        isSuspect = true;
        try (ResultSet row = statement.executeQuery(PROBE)) {
            row.next();
            readOnly = row.getBoolean(1);
        }
        isSuspect = false;
    }

    /** Starts reading from now. Cached lookups may be outdated by changes that will not be read. */
    private void restart(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(OLDEST_OPEN)) {
            row.next();
            oldestOpen = Optional.of(row.getLong(1));
        }
        seen = Set.of();
        listeners.forEach(ChangeListener::onGap);
    }

    private void read(Statement statement, PreparedStatement read, long from) throws SQLException {
        read.setString(1, Long.toString(from));
        List<RowChange> changes = new ArrayList<>();
        Set<Long> present = new HashSet<>();
        long next = from;
        try (ResultSet row = read.executeQuery()) {
            while (row.next()) {
                next = row.getLong(1);
                long sequence = row.getLong(2);
                if (row.wasNull()) {
                    break;
                }
                present.add(sequence);
                if (!seen.contains(sequence)) {
                    changes.add(new RowChange(
                            row.getString(3),
                            operation(row.getString(6)),
                            row.getObject(4, UUID.class),
                            Optional.ofNullable(row.getObject(5, UUID.class))));
                }
            }
        }
        if (next < from) {
            // Transaction ids went back: the database was restored, and its contents are unknown.
            restart(statement);
            return;
        }
        if (!changes.isEmpty()) {
            listeners.forEach(listener -> listener.onChanges(changes));
        }
        oldestOpen = Optional.of(next);
        seen = present;
    }

    /**
     * Parses the trigger's name of an operation. A change without one comes from an older schema, and may be any of
     * them.
     */
    private static RowChange.Operation operation(@Nullable String name) {
        return name == null ? RowChange.Operation.DELETE : RowChange.Operation.valueOf(name);
    }

    private void prune(Statement statement) throws SQLException {
        if (lastPrune.age().compareTo(PRUNE) > 0) {
            lastPrune = DualClockInstant.now();
            statement.executeUpdate(DELETE_OLD);
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            // The loop checks whether it was stopped.
        }
    }
}
