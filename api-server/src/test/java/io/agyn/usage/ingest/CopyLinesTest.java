package io.agyn.usage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.UsageUnknownReason;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.LineBuffer;
import io.agyn.usage.Outcome;
import io.agyn.usage.Records;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CopyLinesTest {
    private static final List<String> COLUMNS = List.of(CopyLines.COLUMNS.split(", "));

    private final Records calls = new Records(UUID.randomUUID());
    private final CopyLines format = new CopyLines();

    @BeforeEach
    void startAtAFixedTime() {
        calls.startedAt = Instant.parse("2026-01-31T12:00:00.001002Z");
    }

    @Test
    void lineHasAllFieldsInTheOrderOfTheColumns() {
        calls.usage =
                new CallUsage(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, "priority", UsageUnknownReason.CORRUPT_ENCODING);
        calls.threadId = "thread-1";
        CallRecord call = calls.next();

        assertThat(line(call))
                .isEqualTo(String.join(
                        "\t",
                        "2026-01-31T12:00:00.001002Z",
                        call.id().toString(),
                        call.requestId(),
                        call.organizationId().toString(),
                        call.modelId().toString(),
                        "fast",
                        call.providerId().toString(),
                        "openai-prod",
                        call.tokenId().toString(),
                        call.userId().toString(),
                        "responses",
                        "t",
                        "1\t2\t3\t6\t7",
                        "20000",
                        "50000",
                        "200",
                        "completed",
                        "create_response",
                        "4\t5\t8\t9\tpriority\tcorrupt_encoding\tthread-1\n"));
    }

    @Test
    void missingValuesAreNull() {
        calls.usage = CallUsage.NONE;
        calls.modelId = null;
        calls.model = null;
        calls.status = null;
        calls.timeToFirstByte = null;

        CallRecord call = calls.next();
        assertThat(List.of("model_id", "model", "status", "time_to_first_byte_us", "input_tokens", "service_tier"))
                .allSatisfy(column -> assertThat(field(call, column)).isEqualTo("\\N"));
        assertThat(field(call, "usage_unknown_reason")).isEqualTo("\\N");
        assertThat(field(call, "thread_id")).isEqualTo("\\N\n");
    }

    @Test
    void impossibleTokenCountsAreNull() {
        long most = 1_000_000_000_000L;
        calls.usage = new CallUsage(-1L, 0L, most, most + 1, 1L, null, null, null, null, null, null);

        CallRecord call = calls.next();
        assertThat(field(call, "input_tokens")).isEqualTo("\\N");
        assertThat(field(call, "cached_input_tokens")).isEqualTo("0");
        assertThat(field(call, "cache_write_tokens")).isEqualTo("1000000000000");
        assertThat(field(call, "cache_write_5m_tokens")).isEqualTo("\\N");
    }

    @Test
    void namesCannotBreakALine() {
        calls.model = "tab\t line\n return\r \\N \0";
        assertThat(field(calls.next(), "model")).isEqualTo("tab\\t line\\n return\\r \\\\N \uFFFD");

        for (String name : List.of("é", "~", " ", "😀", "\u0080", "\u001F", "a\\b")) {
            calls.model = name;
            assertThat(field(calls.next(), "model")).isEqualTo(name.replace("\\", "\\\\"));
        }
    }

    @Test
    void callsWithoutAStreamAreMarked() {
        CallRecord streamed = calls.next();
        assertThat(field(streamed, "streamed")).isEqualTo("t");
        CallRecord whole = new CallRecord(
                streamed.id(),
                streamed.startedAt(),
                streamed.requestId(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                streamed.protocol(),
                streamed.operation(),
                false,
                CallUsage.NONE,
                null,
                Duration.ofNanos(1_999),
                200,
                Outcome.UPSTREAM_ERROR,
                null);
        assertThat(field(whole, "streamed")).isEqualTo("f");
        assertThat(field(whole, "duration_us")).isEqualTo("1");
        assertThat(field(whole, "outcome")).isEqualTo("upstream_error");
        assertThat(field(whole, "organization_id")).isEqualTo("\\N");
    }

    @Test
    void timesOfDifferentSecondsFollowEachOther() {
        for (String time : List.of(
                "2026-01-31T12:00:00.000000Z",
                "2026-01-31T12:00:00.999999Z",
                "2026-01-31T12:00:01.000001Z",
                "2026-01-31T12:00:00.100000Z")) {
            calls.startedAt = Instant.parse(time);
            assertThat(field(calls.next(), "started_at")).isEqualTo(time);
        }
    }

    private String line(CallRecord call) {
        LineBuffer lines = new LineBuffer();
        format.append(lines, call);
        return new String(lines.toBytes(), UTF_8);
    }

    private String field(CallRecord call, String column) {
        return line(call).split("\t", -1)[COLUMNS.indexOf(column)];
    }
}
