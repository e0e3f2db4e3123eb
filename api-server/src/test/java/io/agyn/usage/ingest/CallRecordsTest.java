package io.agyn.usage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.database.PostgresTestResource;
import io.agyn.settings.Settings.Log.Format;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.LineBuffer;
import io.agyn.usage.Records;
import io.agyn.usage.accesslog.AccessLog;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class CallRecordsTest {
    private static final Duration RETENTION = Duration.ofDays(90);

    @TempDir
    Path folder;

    @Inject
    CallRecords records;

    @Inject
    Database database;

    @Inject
    DataSource dataSource;

    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    private final UUID organization = UUID.randomUUID();
    private final Records calls = new Records(organization);

    @Test
    void recordIsInTheDatabaseWithinTwoSeconds() throws Exception {
        calls.model = "tab\t, line\n, \\N, é😀";
        calls.startedAt = Instant.parse("2026-01-31T23:59:59.999999Z");
        CallRecord call = calls.next();

        records.add(call);

        await().atMost(Duration.ofSeconds(2)).until(() -> count() == 1);
        assertThat(database.column(
                        String.class,
                        "select concat_ws('|', id, started_at at time zone 'UTC', request_id, model_id, model,"
                                + " provider_id, provider, token_id, user_id, protocol, streamed, input_tokens,"
                                + " cached_input_tokens, coalesce(cache_write_tokens, -1), output_tokens,"
                                + " reasoning_tokens, time_to_first_byte_us, duration_us, status, outcome) from"
                                + " usage_record where organization_id = ?",
                        organization))
                .containsExactly(String.join(
                        "|",
                        call.id().toString(),
                        "2026-01-31 23:59:59.999999",
                        call.requestId(),
                        call.modelId().toString(),
                        calls.model,
                        call.providerId().toString(),
                        call.provider(),
                        call.tokenId().toString(),
                        call.userId().toString(),
                        "responses|t|100|4|-1|10|2|20000|50000|200|completed"));
    }

    @Test
    void detailsOfUsageAreInTheDatabase() throws Exception {
        calls.operation = CallOperation.CREATE_MESSAGE;
        calls.usage =
                new CallUsage(10L, 7L, 5L, 2L, 3L, 9L, 4L, 6L, 1L, "priority", UsageUnknownReason.CORRUPT_ENCODING);

        records.add(calls.next());

        await().atMost(Duration.ofSeconds(2)).until(() -> count() == 1);
        assertThat(details()).isEqualTo("create_message|10|7|5|2|3|9|4|6|1|priority|corrupt_encoding");
    }

    @Test
    void spoolOfTheLastReleaseIsLoaded() throws Exception {
        String line = lines(calls.next());
        String[] fields = line.strip().split("\t");
        String old = String.join("\t", Arrays.copyOf(fields, CopyLines.COLUMNS_V1.split(",").length)) + "\n";
        Files.writeString(folder.resolve("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f.v1.copy"), old);
        String second = lines(calls.next());
        Files.writeString(
                folder.resolve("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e90.v2.copy"),
                second.substring(0, second.lastIndexOf('\t')) + "\n");

        load();

        assertThat(count()).isEqualTo(1);
        assertThat(details()).isEqualTo("-|100|4|-|-|-|10|2|-|-|-|-");
        load();
        assertThat(count()).isEqualTo(2);
        assertThat(Files.list(folder)).isEmpty();
    }

    @Test
    void recordsOfManyThreadsAllArrive() throws Exception {
        CallRecords busy = quiet();
        busy.start(null);
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int thread = 0; thread < 4; thread++) {
                threads.submit(() -> IntStream.range(0, 5_000).forEach(i -> busy.add(calls.next())));
            }
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> count() == 20_000);
        assertThat(busy.queued()).isZero();
        assertThat(busy.droppedRecords()).isZero();
        busy.stop(null);
    }

    @Test
    void incompleteRecordsDoNotBlockOthers() throws Exception {
        calls.organization = null;
        records.add(calls.next());
        records.add(null);
        calls.organization = organization;
        records.add(calls.next());
        await().atMost(Duration.ofSeconds(2)).until(() -> count() == 1);
    }

    @Test
    void recordsWaitForTheDatabase() throws Exception {
        try (Connection beside =
                DriverManager.getConnection(url.replaceFirst("/postgres(\\?|$)", "/template1$1"), username, password)) {
            execute(beside, "alter database postgres allow_connections false");
            try {
                execute(beside, "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'");
                for (int i = 0; i < 20; i++) {
                    records.add(calls.next());
                    Thread.sleep(100);
                }
                assertThat(records.spooledBytes()).isGreaterThan(20 * 200);
            } finally {
                execute(beside, "alter database postgres allow_connections true");
            }
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> records.spooledBytes() == 0);
        // Some pooled connections are older than the outage.
        Thread.sleep(1_100);
        assertThat(count()).isEqualTo(20);
    }

    @Test
    void segmentLoadedTwiceIsStoredOnce() throws Exception {
        Path segment = segment(calls.next(), calls.next());
        byte[] bytes = Files.readAllBytes(segment);
        load();
        assertThat(count()).isEqualTo(2);
        assertThat(segment).doesNotExist();

        // The process was killed after the commit, and before the segment was deleted; one record is new.
        Files.write(segment, bytes);
        Files.writeString(segment, lines(calls.next()), StandardOpenOption.APPEND);
        load();
        assertThat(count()).isEqualTo(3);
        assertThat(segment).doesNotExist();
    }

    @Test
    void recordsOfAKilledProcessAreLoadedExceptACutOffLine() throws Exception {
        Path segment = segment(calls.next(), calls.next());
        String torn = lines(calls.next());
        Files.writeString(segment, torn.substring(0, torn.length() - 1), StandardOpenOption.APPEND);

        load();

        assertThat(count()).isEqualTo(2);
        assertThat(Files.list(folder)).isEmpty();
    }

    @Test
    void lineThatTheDatabaseRejectsIsSetAside() throws Exception {
        String poison = "9999-99-99T00:00:00Z\tno\tfields\n";
        String nothing = "\\.\n";
        String before =
                lines(IntStream.range(0, 100).mapToObj(i -> calls.next()).toArray(CallRecord[]::new));
        String foreign = lines(calls.next()).replace("\t200\t", "\tok\t");
        Path segment = segment();
        Files.writeString(segment, before + poison + lines(calls.next()) + nothing + foreign + lines(calls.next()));

        load();

        assertThat(count()).isEqualTo(102);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("lines.rejected");
        }
        // PostgreSQL before 18 reads a lone \. as the end.
        assertThat(Files.readString(folder.resolve("lines.rejected")))
                .startsWith(poison)
                .endsWith(foreign);
    }

    @Test
    void fullSpoolDropsAndCounts() throws Exception {
        Spool spool = new Spool(folder, 5_000);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CallRecords bounded = new CallRecords(
                spool,
                new AccessLog(new PrintStream(out), true, Format.TEXT),
                new UsageLoader(spool, away(), RETENTION));
        bounded.start(null);
        for (int i = 0; i < 20; i++) {
            bounded.add(calls.next());
            await().atMost(Duration.ofSeconds(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> bounded.queued() == 0);
        }
        bounded.stop(null);

        assertThat(spool.bytes()).isBetween(3_000L, 5_000L);
        assertThat(bounded.spooledBytes()).isEqualTo(spool.bytes());
        assertThat(bounded.droppedRecords()).isBetween(1L, 19L);
        assertThat(out.toString(UTF_8)).hasLineCount(20);
    }

    @Test
    void queuedRecordsAreLoadedAtShutdown() throws Exception {
        CallRecords stopping = quiet();
        stopping.start(null);
        for (int i = 0; i < 10; i++) {
            stopping.add(calls.next());
        }
        stopping.stop(null);
        assertThat(count()).isEqualTo(10);
        assertThat(Files.list(folder)).isEmpty();
    }

    @Test
    void recordsBeyondRetentionAreDroppedByTheDay() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        calls.startedAt = Instant.now().minus(91, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MICROS);
        segment(calls.next());
        load();
        calls.startedAt = Instant.now().minus(90, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MICROS);
        segment(calls.next());
        load();
        assertThat(partitions()).contains(partition(today.minusDays(91)), partition(today.minusDays(90)));

        UsageLoader one = new UsageLoader(new Spool(folder, 1), dataSource, RETENTION);
        UsageLoader other = new UsageLoader(new Spool(folder, 1), dataSource, RETENTION);
        Api.inParallel(List.<Callable<Boolean>>of(() -> tidied(one), () -> tidied(other)));

        assertThat(partitions())
                .contains(partition(today.minusDays(90)), partition(today), partition(today.plusDays(1)))
                .doesNotContain(partition(today.minusDays(91)));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void serversMakeTheSameDayAtOnce() {
        calls.startedAt = Instant.parse("2025-02-03T04:05:06Z");
        byte[] lines = lines(calls.next()).getBytes(UTF_8);
        Callable<Boolean> load = () -> {
            new UsageTable(dataSource).load(lines, lines.length, CopyLines.COLUMNS, line -> {
                throw new AssertionError(new String(line, UTF_8));
            });
            return true;
        };
        assertThat(Api.inParallel(List.of(load, load, load, load))).hasSize(4);
    }

    private static boolean tidied(UsageLoader loader) {
        loader.maintain();
        return true;
    }

    private List<String> partitions() throws SQLException {
        return database.column(
                String.class,
                "select relname::text from pg_inherits join pg_class on pg_class.oid = inhrelid"
                        + " where inhparent = 'usage_record'::regclass");
    }

    private static String partition(LocalDate day) {
        return "usage_record_" + day.toString().replace("-", "");
    }

    /** A file as left by a killed process. */
    private Path segment(CallRecord... left) throws Exception {
        Spool killed = new Spool(folder, 1 << 20);
        killed.open();
        // An empty file would be deleted.
        killed.append((left.length == 0 ? "\n" : lines(left)).getBytes(UTF_8));
        killed.closeSegment();
        return killed.oldest(Duration.ZERO).orElseThrow().file();
    }

    private static String lines(CallRecord... records) {
        LineBuffer lines = new LineBuffer();
        CopyLines format = new CopyLines();
        Stream.of(records).forEach(record -> format.append(lines, record));
        return new String(lines.toBytes(), UTF_8);
    }

    private void load() throws Exception {
        Spool spool = new Spool(folder, 1 << 20);
        spool.open();
        UsageLoader loader = new UsageLoader(spool, dataSource, RETENTION);
        assertThat(loader.load(spool.oldest(Duration.ZERO).orElseThrow())).isTrue();
        spool.closeSegment();
    }

    /** With a separate spool, and without access lines. */
    private CallRecords quiet() {
        Spool spool = new Spool(folder, 64 << 20);
        return new CallRecords(
                spool, new AccessLog(System.out, false, Format.TEXT), new UsageLoader(spool, dataSource, RETENTION));
    }

    private static DataSource away() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setPortNumbers(new int[] {1});
        return nowhere;
    }

    private String details() throws SQLException {
        return database.column(
                        String.class,
                        "select array_to_string(array[operation, input_tokens::text, cached_input_tokens::text,"
                                + " cache_write_tokens::text, cache_write_5m_tokens::text, cache_write_1h_tokens::text,"
                                + " output_tokens::text, reasoning_tokens::text, web_search_requests::text,"
                                + " web_fetch_requests::text, service_tier, usage_unknown_reason], '|', '-')"
                                + " from usage_record where organization_id = ?",
                        organization)
                .getFirst();
    }

    private long count() throws SQLException {
        return database.column(Long.class, "select count(*) from usage_record where organization_id = ?", organization)
                .getFirst();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
