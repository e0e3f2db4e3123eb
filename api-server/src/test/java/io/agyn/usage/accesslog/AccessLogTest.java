package io.agyn.usage.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.settings.Settings.Log.Format;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.agyn.usage.Records;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AccessLogTest {
    private static final UUID ORGANIZATION = UUID.fromString("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Records records = new Records(ORGANIZATION);

    @Test
    void callIsALineOfText() throws Exception {
        records.startedAt = Instant.parse("2026-01-31T12:00:00.001002Z");
        CallRecord call = records.next();

        write(Format.TEXT, call);

        assertThat(out.toString(UTF_8))
                .isEqualTo("2026-01-31T12:00:00.001002Z call request_id=\"" + call.requestId() + "\" organization="
                        + ORGANIZATION
                        + " model=\"fast\" provider=\"openai-prod\" operation=create_response status=200"
                        + " outcome=completed duration_ms=50.000 time_to_first_byte_ms=20.000 input_tokens=100"
                        + " cached_input_tokens=4 cache_write_tokens=- output_tokens=10 reasoning_tokens=2\n");
    }

    @Test
    void callIsAJsonObject() throws Exception {
        records.organization = null;
        records.status = null;
        records.outcome = Outcome.CLIENT_CANCELLED;

        write(Format.JSON, records.next());

        JsonNode line = new ObjectMapper().readTree(out.toByteArray());
        assertThat(line.path("event").textValue()).isEqualTo("call");
        assertThat(line.path("organization_id").isNull()).isTrue();
        assertThat(line.path("status").isNull()).isTrue();
        assertThat(line.path("outcome").textValue()).isEqualTo("client_cancelled");
        assertThat(line.path("duration_ms").decimalValue()).isEqualByComparingTo("50");
        assertThat(line.path("input_tokens").longValue()).isEqualTo(100);
    }

    @Test
    void noNameForgesALineOrChangesHowOneLooks() throws Exception {
        records.model = "a\n2026 call \"b\\\u0085\u2028\u202Eé😀\0";

        write(Format.TEXT, records.next());
        assertThat(out.toString(UTF_8))
                .contains("model=\"a\\u000a2026 call \\\"b\\\\\\u0085\\u2028\\u202eé😀\\u0000\" ")
                .hasLineCount(1);

        out.reset();
        write(Format.JSON, records.next());
        assertThat(new ObjectMapper().readTree(out.toByteArray()).path("model").textValue())
                .isEqualTo(records.model);
    }

    @Test
    void jsonHasAllFieldsOfTheCall() throws Exception {
        records.startedAt = Instant.parse("2026-01-31T12:00:00.001002Z");
        records.usage = new CallUsage(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, null, UsageUnknownReason.CORRUPT_ENCODING);
        records.timeToFirstByte = null;
        records.duration = Duration.ofNanos(1_234_567);
        CallRecord call = records.next();

        write(Format.JSON, call);

        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        "{\"timestamp\":\"2026-01-31T12:00:00.001002Z\",\"event\":\"call\",\"request_id\":\""
                                + call.requestId() + "\",\"organization_id\":\"" + ORGANIZATION
                                + "\",\"model\":\"fast\",\"provider\":\"openai-prod\",\"operation\":\"create_response\",\"status\":200,"
                                + "\"outcome\":\"completed\",\"duration_ms\":1.234,\"time_to_first_byte_ms\":null,\"input_tokens\":1,\"cached_input_tokens\":2,\"cache_write_tokens\":3,\"output_tokens\":6,\"reasoning_tokens\":7,\"usage_unknown_reason\":\"corrupt_encoding\"}\n");
    }

    @Test
    void textHasADashForMissingValues() throws Exception {
        records.organization = null;
        records.model = null;
        records.provider = null;
        records.status = null;
        records.timeToFirstByte = null;
        records.usage = new CallUsage(
                null, null, null, null, null, null, null, null, null, null, UsageUnknownReason.CORRUPT_ENCODING);

        write(Format.TEXT, records.next());

        assertThat(out.toString(UTF_8))
                .contains(" organization=- model=- provider=- ", " status=- ", " time_to_first_byte_ms=- ")
                .endsWith(" input_tokens=- cached_input_tokens=- cache_write_tokens=- output_tokens=-"
                        + " reasoning_tokens=- usage_unknown_reason=corrupt_encoding\n");
    }

    @Test
    void printableCharactersAreNotEscaped() throws Exception {
        for (String name : List.of(" ", "~", "\u00A0", "é")) {
            out.reset();
            records.model = name;
            write(Format.TEXT, records.next());
            assertThat(out.toString(UTF_8)).contains(" model=\"" + name + "\" ");
        }
        out.reset();
        records.model = "\u007F\u001F\u0080";
        write(Format.TEXT, records.next());
        assertThat(out.toString(UTF_8)).contains(" model=\"\\u007f\\u001f\\u0080\" ");
    }

    @Test
    void linesOfABatchAreWrittenInOrder() throws Exception {
        AccessLog log = new AccessLog(new PrintStream(new BufferedOutputStream(out)), true, Format.TEXT);
        log.start();
        CallRecord first = records.next();
        CallRecord second = records.next();
        CallRecord third = records.next();
        log.add(first);
        log.add(second);
        log.flush();
        log.flush();
        log.add(third);
        log.stop(Duration.ofSeconds(5));

        List<String> lines = out.toString(UTF_8).lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains(first.requestId());
        assertThat(lines.get(1)).contains(second.requestId());
        assertThat(lines.get(2)).contains(third.requestId());
    }

    @Test
    void recordThatCannotBeWrittenLeavesNoTrace() throws Exception {
        AccessLog log = new AccessLog(new PrintStream(out), true, Format.TEXT);
        log.start();
        CallRecord good = records.next();
        records.outcome = null;
        assertThatThrownBy(() -> log.add(records.next())).isInstanceOf(NullPointerException.class);
        log.add(good);
        log.stop(Duration.ofSeconds(5));

        assertThat(out.toString(UTF_8)).contains(good.requestId()).containsOnlyOnce(" call request_id=");
    }

    @Test
    void linesCanBeTurnedOff() throws InterruptedException {
        write(new AccessLog(new PrintStream(out), false, Format.TEXT), records.next());
        assertThat(out.size()).isZero();
    }

    @Test
    void linesAreDroppedIfTheOutputIsBlocked() throws Exception {
        PipedInputStream unread = new PipedInputStream(16);
        PrintStream stuck = new PrintStream(new PipedOutputStream(unread));
        AccessLog log = new AccessLog(stuck, true, Format.TEXT);
        log.start();
        for (int i = 0; i < 200; i++) {
            log.add(records.next());
            log.flush();
        }

        Thread reader = Thread.ofPlatform().start(() -> copy(unread));
        log.stop(Duration.ofSeconds(5));
        stuck.close();
        reader.join();
        // Only complete lines are written.
        assertThat(out.toString(UTF_8).lines()).hasSizeBetween(128, 130).allMatch(line -> line.endsWith("tokens=2"));
    }

    private void copy(PipedInputStream from) {
        try {
            from.transferTo(out);
        } catch (IOException e) {
            // Everything is read, and the writing thread has ended.
        }
    }

    private void write(Format format, CallRecord call) throws InterruptedException {
        write(new AccessLog(new PrintStream(out), true, format), call);
    }

    private static void write(AccessLog log, CallRecord call) throws InterruptedException {
        log.start();
        log.add(call);
        log.stop(Duration.ofSeconds(5));
    }
}
