package io.agyn.changes;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Limits how long a revoked token or a replaced credential keeps working if the change feed is silent although the
 * database responds, for example because it rejects connections or the feed's thread hangs: cached lookups
 * are then repeated every few seconds. While the database does not respond either, the caches stay in use.
 */
@Singleton
final class FeedWatchdog {
    private static final Logger LOG = Logger.getLogger(FeedWatchdog.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);
    /** How long the feed may be silent before the caches are marked stale. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    // After an outage, the pool may reconnect before the feed does.
    private static final Duration RECOVERY = Duration.ofSeconds(2);

    private final ChangeFeed feed;
    private final DataSource database;
    private final Thread thread = BackgroundThread.unstarted("change-feed-watch", this::run);
    private boolean silent;

    @Inject
    FeedWatchdog(ChangeFeed feed, DataSource database) {
        this.feed = requireNonNull(feed, "feed is null");
        this.database = requireNonNull(database, "database is null");
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                try {
                    check();
                } catch (RuntimeException e) {
                    LOG.error("The change feed cannot be watched", e);
                }
            }
        } catch (InterruptedException e) {
            // The server stops.
            Thread.currentThread().interrupt();
        }
    }

    private void check() throws InterruptedException {
        if (!isSilent()) {
            silent = false;
            return;
        }
        if (!databaseResponds()) {
            return;
        }
        Thread.sleep(RECOVERY);
        if (isSilent()) {
            if (!silent) {
                LOG.errorf(
                        "Changes have not been read for %d s although the database responds: tokens, models and"
                                + " credentials in memory are looked up again every few seconds until they are read again",
                        feed.silence().toSeconds());
                silent = true;
            }
            feed.markCachesStale();
        }
    }

    private boolean isSilent() {
        return feed.silence().compareTo(LIMIT) > 0;
    }

    private boolean databaseResponds() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            return statement.execute("select 1");
        } catch (SQLException e) {
            LOG.debug("The database does not respond either", e);
            return false;
        }
    }
}
