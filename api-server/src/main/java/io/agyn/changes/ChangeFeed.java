package io.agyn.changes;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.postgres.DatabaseFailures;
import io.agyn.postgres.PoolConnections;
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
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Tells the caches of this server what any server has changed, within a moment.
 *
 * <p>Triggers write each change into a table, in the transaction of the change, and notify. Here one connection waits for
 * notifications ({@code LISTEN}) and reads the table: at each of them, and twice a second without any, so that a lost
 * notification delays what is learnt by no more. A change is read by its transaction: all that were not yet finished at
 * the last reading are asked for again, since transactions commit in another order than they take their numbers.
 */
@Singleton
public class ChangeFeed {
    private static final Logger LOG = Logger.getLogger(ChangeFeed.class);

    private static final Duration POLL = Duration.ofMillis(500);
    // What is written in a burst is read in a few goes, since each goes through the caches.
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final Duration RECONNECT = Duration.ofMillis(250);
    private static final Duration PRUNE = Duration.ofMinutes(10);
    // Half the hour for which changes are kept: whoever was away for longer may have missed one.
    private static final Duration GAP = Duration.ofMinutes(30);
    // Without them, a database whose machine is gone would be waited for until TCP gives up, for a quarter of an hour.
    private static final int SECONDS_TO_CONNECT = 2;
    private static final int SECONDS_TO_RESPOND = 5;

    private static final String READ = """
            with reading as (select pg_snapshot_xmin(pg_current_snapshot()) as oldest_open)
            select reading.oldest_open::text, sequence, table_name, row_id, organization_id, operation
            from reading left join change on transaction_id >= ?::xid8""";
    // It reads no table, and so waits for no lock.
    private static final String ASK = "select current_setting('transaction_read_only')::boolean";
    private static final String OLDEST_OPEN = "select pg_snapshot_xmin(pg_current_snapshot())::text";
    private static final String DELETE_OLD = "delete from change where changed_at < now() - interval '1 hour'";

    private final PGSimpleDataSource database;
    private final List<ChangeListener> listeners;
    private final List<ChangeFeedHook> guests;
    private final PoolConnections pool;
    private final Thread thread;
    private volatile boolean stopped;

    // The oldest transaction that was not finished at the last reading; nothing has been read while it is not known.
    private Optional<Long> oldestOpen = Optional.empty();
    private Set<Long> seen = Set.of();
    private volatile DualClockInstant lastRead = DualClockInstant.now();
    private volatile boolean readOnly;
    // Whether a time-out now means that the database responds to nobody, and not that this statement takes long.
    private boolean isSuspect;
    private boolean isListening;
    private DualClockInstant lastPrune = DualClockInstant.now();
    private boolean connected = true;

    ChangeFeed(
            @ConfigProperty(name = "quarkus.datasource.jdbc.url") String url,
            @ConfigProperty(name = "quarkus.datasource.username") Optional<String> username,
            @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password,
            @All List<ChangeListener> listeners,
            @All List<ChangeFeedHook> guests,
            PoolConnections pool) {
        // A connection of its own: the pool may have but one, and would hand it on while it still listens.
        database = new PGSimpleDataSource();
        database.setURL(requireNonNull(url, "url is null"));
        username.ifPresent(database::setUser);
        password.ifPresent(database::setPassword);
        database.setApplicationName("agyn change feed");
        database.setConnectTimeout(SECONDS_TO_CONNECT);
        database.setSocketTimeout(SECONDS_TO_RESPOND);
        this.listeners = List.copyOf(listeners);
        this.guests = List.copyOf(guests);
        this.pool = requireNonNull(pool, "pool is null");
        this.thread = BackgroundThread.unstarted("change-feed", this::run);
    }

    void start(@Observes StartupEvent event, MeterRegistry registry) {
        TimeGauge.builder("agyn.changes.age", this, TimeUnit.MILLISECONDS, feed -> feed.silence()
                        .toMillis())
                .description("Since the database was last asked for changes, which is done twice a second")
                .register(registry);
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
        thread.interrupt();
    }

    /** How long ago the database was last asked for changes; half a second and less, as long as it responds. */
    Duration silence() {
        return lastRead.age();
    }

    /** Whether the database was last found to be read-only, as a standby is before its promotion. */
    boolean isReadOnly() {
        return readOnly;
    }

    /** Looks everything up again that is in memory. */
    void distrustMemory() {
        listeners.forEach(ChangeListener::onSilence);
    }

    private void run() {
        while (!stopped) {
            try (Connection connection = database.getConnection()) {
                listen(connection);
            } catch (SQLException e) {
                readOnly = DatabaseFailures.READ_ONLY.equals(e.getSQLState());
                boolean isTimeOut = e.getCause() instanceof SocketTimeoutException;
                boolean isHung = isTimeOut && isSuspect;
                if (isHung) {
                    // Nor does it respond to others: rather than wait for it, they connect anew.
                    LOG.warn("The database does not respond: all connections to it are closed");
                    pool.abort();
                }
                isSuspect = isTimeOut && isListening && !isHung;
                isListening = false;
                if (!connected) {
                    pause(RECONNECT);
                } else if (!stopped) {
                    // The next try is made at once: more often than the database, a connection alone is gone.
                    LOG.warnf("Changes made by other servers are not seen for now: %s", e.getMessage());
                    connected = false;
                }
            } catch (RuntimeException e) {
                LOG.error("A change was not taken in; everything is forgotten that could be outdated", e);
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
                ask(statement);
                if (oldestOpen.isEmpty() || lastRead.age().compareTo(GAP) > 0) {
                    begin(statement);
                } else {
                    read(statement, read, oldestOpen.get());
                }
                lastRead = DualClockInstant.now();
                if (!connected) {
                    LOG.info("Changes made by other servers are seen again");
                    connected = true;
                }
                prune(statement);
                for (ChangeFeedHook guest : guests) {
                    guest.onPoll(connection);
                }
                if (notifications.getNotifications((int) POLL.toMillis()).length > 0) {
                    pause(GATHER);
                }
            }
        }
    }

    private void ask(Statement statement) throws SQLException {
        isSuspect = true;
        try (ResultSet row = statement.executeQuery(ASK)) {
            row.next();
            readOnly = row.getBoolean(1);
        }
        isSuspect = false;
    }

    /** Begins to read here and now. What was looked up before may be outdated by a change that will not be read. */
    private void begin(Statement statement) throws SQLException {
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
            // Transactions are counted anew: the database was restored, and nothing is known of what it holds.
            begin(statement);
            return;
        }
        if (!changes.isEmpty()) {
            listeners.forEach(listener -> listener.onChanges(changes));
        }
        oldestOpen = Optional.of(next);
        seen = present;
    }

    /** As the trigger names it; a change without one was recorded by an older schema, and may have been any of them. */
    private static RowChange.Operation operation(String name) {
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
            // Stopped; the loop sees it.
        }
    }
}
