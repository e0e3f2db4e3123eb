package io.agyn.usage.ingest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.agyn.storage.DailyPartitions;
import io.agyn.storage.ResponseTimeout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** Loads the spool's lines into the table. A line that is loaded again has no effect. Not thread-safe. */
public final class UsageTable {
    private static final String COPY = "copy usage_record (%s) from stdin";
    private static final String STAGE =
            "create temporary table usage_staging (like usage_record including defaults) on commit drop";
    private static final String COPY_STAGED = "copy usage_staging (%s) from stdin";
    private static final String INSERT_STAGED =
            "insert into usage_record (%1$s) select %1$s from usage_staging on conflict do nothing";

    private static final int DAY_LENGTH = "2026-01-31".length();

    private final DataSource dataSource;
    private final DailyPartitions partitions =
            new DailyPartitions("select ensure_usage_partition(?)", "select drop_usage_partitions(?)");

    public UsageTable(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    /** Lines of a segment with these columns, from one byte to before another. */
    private record Lines(byte[] bytes, int from, int to, String columns) {
        Lines part(int begin, int end) {
            return new Lines(bytes, begin, end, columns);
        }

        int length() {
            return to - from;
        }

        /** Returns the end of the line at a position, after its line feed. */
        int endOfLine(int position) {
            int end = position;
            while (bytes[end] != '\n') {
                end++;
            }
            return end + 1;
        }

        long count() {
            long count = 0;
            for (int line = from; line < to; line = endOfLine(line)) {
                count++;
            }
            return count;
        }

        Set<LocalDate> days() {
            Set<LocalDate> days = new HashSet<>();
            String last = "";
            for (int line = from; line < to; line = endOfLine(line)) {
                String day = new String(bytes, line, Math.min(DAY_LENGTH, to - line), US_ASCII);
                if (!day.equals(last)) {
                    last = day;
                    try {
                        days.add(LocalDate.parse(day));
                    } catch (DateTimeParseException e) {
                        // The database will reject the line as well.
                    }
                }
            }
            return days;
        }
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }

    /**
     * Loads lines. Lines that the database rejects because of their contents go to {@code rejected}; the others are
     * loaded.
     *
     * @param bytes complete lines
     * @param length their number of bytes
     * @param columns the columns of a line
     * @throws SQLException if the database is unavailable, or cannot accept lines now
     */
    public void load(byte[] bytes, int length, String columns, Consumer<byte[]> rejected) throws SQLException {
        Lines lines = new Lines(bytes, 0, length, columns);
        if (length > 0) {
            try {
                // By far the cheapest statement, which works in the usual case: no line exists, and all are valid.
                inTransaction(lines, connection -> copy(connection, COPY, lines));
            } catch (SQLException e) {
                requireDataError(e);
                loadStaged(lines, rejected);
            }
        }
    }

    /** Creates the partitions of today and tomorrow, and drops expired ones. */
    int maintain(LocalDate today, Duration retention) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return partitions.maintain(connection, today, retention);
        }
    }

    /** Skips lines that exist, and bisects rejected ones down to single lines. */
    private void loadStaged(Lines lines, Consumer<byte[]> rejected) throws SQLException {
        try {
            partitions.clear();
            inTransaction(lines, connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(STAGE);
                    copy(connection, COPY_STAGED, lines);
                    statement.execute(INSERT_STAGED.formatted(lines.columns()));
                }
            });
        } catch (SQLException e) {
            requireDataError(e);
            int middle = lines.endOfLine(lines.from() + (lines.length() - 1) / 2);
            if (middle == lines.to()) {
                middle = lastLine(lines);
            }
            if (middle == lines.from()) {
                rejected.accept(Arrays.copyOfRange(lines.bytes(), lines.from(), lines.to()));
            } else {
                loadStaged(lines.part(lines.from(), middle), rejected);
                loadStaged(lines.part(middle, lines.to()), rejected);
            }
        }
    }

    /** Returns the start of the last line. */
    private static int lastLine(Lines lines) {
        int begin = lines.to() - 1;
        while (begin > lines.from() && lines.bytes()[begin - 1] != '\n') {
            begin--;
        }
        return begin;
    }

    private void inTransaction(Lines lines, Work work) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                ResponseTimeout ignored = ResponseTimeout.on(connection)) {
            partitions.ensure(connection, lines.days());
            connection.setAutoCommit(false);
            try {
                work.run(connection);
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static void copy(Connection connection, String sql, Lines lines) throws SQLException {
        try {
            long copied = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            sql.formatted(lines.columns()),
                            new ByteArrayInputStream(lines.bytes(), lines.from(), lines.length()));
            if (copied != lines.count()) {
                // Before PostgreSQL 18, a line with only \. silently ends the data.
                throw new SQLException("of %d lines, %d were taken".formatted(lines.count(), copied), "22P04");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Data exceptions (22), constraints (23) and exceeded limits (54) are caused by the lines; everything else by the
     * database or the connection.
     */
    private static void requireDataError(SQLException e) throws SQLException {
        String state = e.getSQLState();
        if (state == null || !(state.startsWith("22") || state.startsWith("23") || state.startsWith("54"))) {
            throw e;
        }
    }
}
