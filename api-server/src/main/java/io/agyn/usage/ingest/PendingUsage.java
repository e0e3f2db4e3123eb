package io.agyn.usage.ingest;

import static java.util.Objects.requireNonNull;

import io.agyn.usage.CallUsage;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Completes pending usage records with the usage that a later retrieval showed. Each record is completed once, by the
 * server that retrieves first. A lost completion is repaired by the next retrieval, since the record still says pending.
 */
@Singleton
public final class PendingUsage {
    private static final Logger LOG = Logger.getLogger(PendingUsage.class);
    private static final int MAX_QUEUED = 10_000;
    // The record may still be in the spool of another server, whose database connection is down.
    private static final Duration MAX_WAIT = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final String COMPLETE = """
        update usage_record
        set input_tokens = ?, cached_input_tokens = ?, cache_write_tokens = ?, cache_write_5m_tokens = ?,
            cache_write_1h_tokens = ?, output_tokens = ?, reasoning_tokens = ?, web_search_requests = ?,
            web_fetch_requests = ?, service_tier = ?, usage_unknown_reason = null
        where organization_id = ? and started_at = ? and id = ? and usage_unknown_reason = 'pending'\
        """;
    private static final String EXISTS =
            "select from usage_record where organization_id = ? and started_at = ? and id = ?";

    private final DataSource dataSource;
    private final BlockingQueue<Completion> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
    // Completions whose record is not in the database yet. Only the loader's thread uses it.
    private final Queue<Completion> waiting = new ArrayDeque<>();

    private record Completion(
            UUID organizationId,
            OffsetDateTime startedAt,
            UUID id,
            CallUsage usage,
            Consumer<CallUsage> listener,
            long createdAt,
            long next) {
        boolean isDue(long now) {
            return now - next >= 0;
        }

        Completion again() {
            return new Completion(
                    organizationId, startedAt, id, usage, listener, createdAt, System.nanoTime() + PAUSE.toNanos());
        }
    }

    PendingUsage(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    /**
     * Queues the usage of a record; never blocks and never throws.
     *
     * @param startedAt the time of the record
     * @param listener receives the usage if this completes the record
     */
    public void complete(
            UUID organizationId, Instant startedAt, UUID id, CallUsage usage, Consumer<CallUsage> listener) {
        long now = System.nanoTime();
        // Records have microseconds.
        OffsetDateTime stored = startedAt.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
        if (!queue.offer(new Completion(organizationId, stored, id, usage, listener, now, now))) {
            LOG.debug("A pending usage record is completed by a later retrieval, since too many are queued");
        }
    }

    /** Writes the usage of all records that are there, by one connection. It blocks. */
    void write() {
        queue.drainTo(waiting, MAX_QUEUED - waiting.size());
        long now = System.nanoTime();
        if (waiting.stream().noneMatch(completion -> completion.isDue(now))) {
            return;
        }
        try (Connection connection = dataSource.getConnection()) {
            int count = waiting.size();
            for (int i = 0; i < count; i++) {
                Completion completion = waiting.remove();
                if (!completion.isDue(now)) {
                    waiting.add(completion);
                    // Each is a transaction, so that an invalid one does not hold up the others.
                } else if (!isDone(connection, completion) && now - completion.createdAt() < MAX_WAIT.toNanos()) {
                    waiting.add(completion.again());
                }
            }
        } catch (SQLException e) {
            LOG.debugf("Pending usage records are not completed yet: %s", e.getMessage());
        }
    }

    private boolean isDone(Connection connection, Completion completion) {
        try {
            if (update(connection, completion)) {
                completion.listener().accept(completion.usage());
                return true;
            }
            return exists(connection, completion);
        } catch (SQLException e) {
            LOG.debugf("A pending usage record is not completed yet: %s", e.getMessage());
            return false;
        }
    }

    private static boolean update(Connection connection, Completion completion) throws SQLException {
        CallUsage usage = completion.usage();
        try (PreparedStatement update = connection.prepareStatement(COMPLETE)) {
            int next = 1;
            for (@Nullable
            Long count : new @Nullable Long[] {
                usage.inputTokens(),
                usage.cachedInputTokens(),
                usage.cacheWriteTokens(),
                usage.cacheWrite5mTokens(),
                usage.cacheWrite1hTokens(),
                usage.outputTokens(),
                usage.reasoningTokens(),
                usage.webSearchRequests(),
                usage.webFetchRequests()
            }) {
                update.setObject(next++, CopyLines.stored(count), Types.BIGINT);
            }
            update.setString(next++, usage.serviceTier());
            setKey(update, next, completion);
            return update.executeUpdate() == 1;
        }
    }

    private static boolean exists(Connection connection, Completion completion) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(EXISTS)) {
            setKey(query, 1, completion);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    private static void setKey(PreparedStatement statement, int first, Completion completion) throws SQLException {
        statement.setObject(first, completion.organizationId());
        statement.setObject(first + 1, completion.startedAt());
        statement.setObject(first + 2, completion.id());
    }
}
