package io.agyn.usage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

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
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** Puts the spool's lines into the table, each once however often it comes. Not for use by several threads. */
final class UsageTable {
    private static final String COPY = "copy usage_record (%s) from stdin";
    private static final String STAGE =
            "create temporary table usage_staging (like usage_record including defaults) on commit drop";
    private static final String COPY_STAGED = "copy usage_staging (%s) from stdin";
    private static final String INSERT_STAGED =
            "insert into usage_record (%1$s) select %1$s from usage_staging on conflict do nothing";

    private static final int DAY_LENGTH = "2026-01-31".length();
    // Without it, a database whose machine is gone would be waited for until TCP gives up, for a quarter of an hour.
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Executor AT_ONCE = Runnable::run;

    private final DataSource dataSource;
    private final UsagePartitions partitions = new UsagePartitions();

    UsageTable(DataSource dataSource) {
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

        /** Where the line ends that a byte is in, its line feed included. */
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
                        // Refused by the database as well, and then rejected.
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
     * Loads lines. Each that the database refuses for what is in it is given to {@code rejected}; the others are loaded.
     *
     * @param bytes whole lines
     * @param length how many bytes of them
     * @param columns the columns of a line
     * @throws SQLException when the database is away, or cannot take lines for now
     */
    void load(byte[] bytes, int length, String columns, Consumer<byte[]> rejected) throws SQLException {
        Lines lines = new Lines(bytes, 0, length, columns);
        if (length > 0) {
            try {
                // By far the cheapest way, and the usual one: nothing is there yet, and nothing is wrong.
                inTransaction(lines, connection -> copy(connection, COPY, lines));
            } catch (SQLException e) {
                requireDataError(e);
                loadStaged(lines, rejected);
            }
        }
    }

    /** Makes the partitions of today and tomorrow, and drops those that are too old. */
    int tidy(LocalDate today, Duration retention) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            partitions.ensure(connection, List.of(today, today.plusDays(1)));
            return partitions.dropBefore(connection, today.minusDays(retention.toDays()));
        }
    }

    /** Passes over what is in the table already; narrows down what is refused, by halves, to single lines. */
    private void loadStaged(Lines lines, Consumer<byte[]> rejected) throws SQLException {
        try {
            partitions.forget();
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

    /** Where the last line begins. */
    private static int lastLine(Lines lines) {
        int begin = lines.to() - 1;
        while (begin > lines.from() && lines.bytes()[begin - 1] != '\n') {
            begin--;
        }
        return begin;
    }

    private void inTransaction(Lines lines, Work work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            int networkTimeout = connection.getNetworkTimeout();
            connection.setNetworkTimeout(AT_ONCE, (int) ANSWER.toMillis());
            try {
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
            } finally {
                connection.setNetworkTimeout(AT_ONCE, networkTimeout);
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
                // Before release 18, a line with nothing but \. ends the data in silence.
                throw new SQLException("of %d lines, %d were taken".formatted(lines.count(), copied), "22P04");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Data exceptions (22), constraints (23) and what is too large (54) lie in the lines; all else lies in the database, or
     * on the way there.
     */
    private static void requireDataError(SQLException e) throws SQLException {
        String state = e.getSQLState();
        if (state == null || !(state.startsWith("22") || state.startsWith("23") || state.startsWith("54"))) {
            throw e;
        }
    }
}
