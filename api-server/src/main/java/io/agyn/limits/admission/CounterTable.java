package io.agyn.limits.admission;

import static java.util.Objects.requireNonNull;

import io.agyn.storage.ResponseTimeout;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The counters in PostgreSQL: one row for each limit and subject. */
@Singleton
public class CounterTable implements CounterStore {
    private static final String FOREIGN_KEY_VIOLATION = "23503";
    private static final String INSERT = """
        insert into limit_counter (limit_id, subject_id, window_start, used, updated_at)
        values (?, ?, ?, 0, clock_timestamp())
        on conflict do nothing\
        """;
    private static final String LOCK =
            "select window_start, used from limit_counter where limit_id = ? and subject_id = ? for update";
    // The time is read after the row was locked.
    private static final String UPDATE = """
        update limit_counter set
            window_start = ?,
            used = greatest(0, ? - ? * greatest(0, extract(epoch from clock_timestamp() - updated_at)::float8)) + ?,
            updated_at = greatest(updated_at, clock_timestamp())
        where limit_id = ? and subject_id = ?
        returning used\
        """;
    private static final String ADD = """
        update limit_counter set used = greatest(0, used + ?) where limit_id = ? and subject_id = ? returning used\
        """;
    private static final String DELETE_OLD = "delete from limit_counter where updated_at < now() - interval '40 days'";

    private final DataSource dataSource;

    CounterTable(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    @Override
    public @Nullable Grant take(Request request) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                ResponseTimeout ignored = ResponseTimeout.on(connection)) {
            connection.setAutoCommit(false);
            try {
                Grant grant = take(connection, request);
                connection.commit();
                return grant;
            } catch (SQLException e) {
                connection.rollback();
                if (FOREIGN_KEY_VIOLATION.equals(e.getSQLState())) {
                    return null;
                }
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static Grant take(Connection connection, Request request) throws SQLException {
        Row row = lock(connection, request);
        if (row == null) {
            insert(connection, request);
            row = requireNonNull(lock(connection, request), "no counter");
        }
        boolean isNew = row.windowStart().isBefore(request.windowStart());
        Instant windowStart = isNew ? request.windowStart() : row.windowStart();
        // Charges and returns of a past window do not affect the next one.
        double before = isNew ? 0 : row.used();
        long charge = windowStart.equals(request.windowStart()) ? request.charge() : Math.max(0, request.charge());
        double used = drain(connection, request, windowStart, before, Math.max(0, charge));
        if (charge < 0) {
            used = add(connection, request, charge);
        }
        long left = (long) Math.floor(request.limit().amount() - used);
        long granted = request.need() > left && request.limit().blocks()
                ? 0
                : Math.max(request.need(), Math.min(Math.max(left, 0), request.want()));
        return new Grant(granted, granted == 0 ? used : add(connection, request, granted), windowStart);
    }

    private record Row(Instant windowStart, double used) {}

    private static @Nullable Row lock(Connection connection, Request request) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LOCK)) {
            query.setObject(1, request.limit().id());
            query.setObject(2, request.subjectId());
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? new Row(row.getObject(1, OffsetDateTime.class).toInstant(), row.getDouble(2))
                        : null;
            }
        }
    }

    private static void insert(Connection connection, Request request) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setObject(1, request.limit().id());
            insert.setObject(2, request.subjectId());
            insert.setObject(3, request.windowStart().atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }

    private static double drain(Connection connection, Request request, Instant windowStart, double used, long charge)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
            update.setObject(1, windowStart.atOffset(ZoneOffset.UTC));
            update.setDouble(2, used);
            update.setDouble(3, request.limit().perSecond());
            update.setLong(4, charge);
            update.setObject(5, request.limit().id());
            update.setObject(6, request.subjectId());
            return used(update);
        }
    }

    private static double add(Connection connection, Request request, long amount) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(ADD)) {
            update.setLong(1, amount);
            update.setObject(2, request.limit().id());
            update.setObject(3, request.subjectId());
            return used(update);
        }
    }

    private static double used(PreparedStatement update) throws SQLException {
        try (ResultSet row = update.executeQuery()) {
            row.next();
            return row.getDouble(1);
        }
    }

    /** Deletes the counters of windows that ended long ago. */
    void deleteOld() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete = connection.prepareStatement(DELETE_OLD)) {
            delete.executeUpdate();
        }
    }
}
