package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Protocol;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.usage.CallUsage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How far the reports of providers are trusted. */
@Timeout(30)
class UsageLimitsTest {
    private static final long LARGEST = 9_007_199_254_740_991L;

    @Test
    void countsAreTakenUpToTheLargestExactNumber() {
        assertThat(messages("\"input_tokens\":" + LARGEST).inputTokens()).isEqualTo(LARGEST);
        assertThat(messages("\"input_tokens\":9007199254740992").inputTokens()).isNull();
        assertThat(messages("\"input_tokens\":0").inputTokens()).isZero();
        assertThat(messages("\"input_tokens\":-1").inputTokens()).isNull();
    }

    @Test
    void sumOfIterationsIsCapped() {
        String iteration = "{\"type\":\"compaction\",\"output_tokens\":" + LARGEST + "}";
        assertThat(messages("\"iterations\":[" + iteration + "," + iteration + "]")
                        .outputTokens())
                .isEqualTo(LARGEST);
    }

    @Test
    void iterationsCountWithoutOtherUsage() {
        CallUsage usage = messages("\"iterations\":[{\"type\":\"compaction\",\"output_tokens\":0,\"input_tokens\":3},"
                + "{\"type\":\"compaction\",\"input_tokens\":4}]");
        assertThat(usage.outputTokens()).isZero();
        assertThat(usage.inputTokens()).isEqualTo(7);
        assertThat(usage.reasoningTokens()).isNull();
    }

    @Test
    void tierOfAnIterationIsNotTheCalls() {
        assertThat(messages("\"service_tier\":\"standard\",\"iterations\":[{\"type\":\"compaction\","
                                + "\"service_tier\":\"batch\"}]")
                        .serviceTier())
                .isEqualTo("standard");
    }

    @Test
    void serviceTierIsAShortVisibleName() {
        for (String tier : new String[] {"!", "~", "t".repeat(128)}) {
            assertThat(messages("\"service_tier\":\"" + tier + "\"").serviceTier())
                    .isEqualTo(tier);
        }
        for (String none : new String[] {"", " ", "a b", "\u007F", "t".repeat(129)}) {
            assertThat(messages("\"service_tier\":\"" + none + "\"").serviceTier())
                    .isNull();
        }
    }

    @Test
    void deeplyNestedNumbersAreNotCounts() {
        CallUsage usage = messages("\"cache_creation\":{\"x\":{\"ephemeral_5m_input_tokens\":9},"
                + "\"y\":[{\"ephemeral_5m_input_tokens\":8}],\"ephemeral_5m_input_tokens\":1},"
                + "\"other\":[{\"input_tokens\":5}],\"input_tokens\":2,\"output_tokens\":\"3\"");
        assertThat(usage.cacheWrite5mTokens()).isEqualTo(1);
        assertThat(usage.inputTokens()).isEqualTo(2);
        assertThat(usage.outputTokens()).isNull();
    }

    @Test
    void cachedTokensAreSubtractedFromOpenAisInputOnly() {
        String usage = "{\"usage\":{\"input_tokens\":100,\"input_tokens_details\":{\"cached_tokens\":30,"
                + "\"cache_write_tokens\":20}}}";
        assertThat(read(Protocol.RESPONSES, usage).tokens().input()).isEqualTo(50);
        assertThat(messages("\"input_tokens\":100,\"cache_read_input_tokens\":30")
                        .inputTokens())
                .isEqualTo(100);
        assertThat(read(Protocol.RESPONSES, "{\"usage\":{\"input_tokens_details\":{\"cached_tokens\":1}}}")
                        .tokens()
                        .input())
                .isNull();
    }

    @Test
    void usageTakesUpTo64KiB() {
        int limit = 64 * 1024;
        String usage = "{\"input_tokens\":5,\"pad\":\"\"}";
        String largest = usage.replace("\"\"", "\"" + "x".repeat(limit - usage.length()) + "\"");
        String tooLarge = largest.replaceFirst("x", "xx");
        CallUsage read = read(Protocol.RESPONSES, "{\"usage\":" + largest + ",\"service_tier\":\"flex\"}")
                .tokens()
                .usage(null);
        CallUsage skipped = read(Protocol.RESPONSES, "{\"usage\":" + tooLarge + ",\"service_tier\":\"flex\"}")
                .tokens()
                .usage(null);
        assertThat(read.inputTokens()).isEqualTo(5);
        assertThat(read.serviceTier()).isEqualTo("flex");
        assertThat(skipped.inputTokens()).isNull();
        assertThat(skipped.serviceTier()).isEqualTo("flex");
    }

    @Test
    void sequenceNumberHasAtMost18Digits() {
        assertThat(stream("{\"sequence_number\":109}").sequenceNumber()).isEqualTo(109);
        assertThat(stream("{\"sequence_number\":999999999999999999}").sequenceNumber())
                .isEqualTo(999_999_999_999_999_999L);
        for (String none : new String[] {"1000000000000000000", "-1", "1.5", "1e3", "[]", "\"7\"", "/", ":"}) {
            assertThat(stream("{\"sequence_number\":" + none + "}").sequenceNumber())
                    .as(none)
                    .isEqualTo(-1);
        }
    }

    @Test
    void sequenceNumberNeverFalls() {
        ResponseReader reader = new ResponseReader(Protocol.RESPONSES, "text/event-stream", null);
        for (int number : new int[] {3, 9, 4}) {
            feed(reader, "data: {\"sequence_number\":" + number + "}\n\n");
        }
        assertThat(reader.sequenceNumber()).isEqualTo(9);
    }

    @Test
    void responseIdIsAShortTextWithoutEscapes() {
        for (String id : new String[] {"r", "resp_1", "r".repeat(512)}) {
            assertThat(stream("{\"response\":{\"id\":\"" + id + "\"}}").responseId())
                    .isEqualTo(id);
        }
        for (String none : new String[] {"\"\"", "\"a\\nb\"", "\"\\n\"", "\"" + "r".repeat(513) + "\"", "123", "[1]"}) {
            assertThat(stream("{\"response\":{\"id\":" + none + "}}").responseId())
                    .as(none)
                    .isNull();
        }
    }

    @Test
    void eventStreamIsKnownByItsContentType() {
        assertThat(ResponseReader.isEventStream("text/event-stream")).isTrue();
        assertThat(ResponseReader.isEventStream("Text/Event-Stream; charset=utf-8"))
                .isTrue();
        assertThat(ResponseReader.isEventStream("text/event-strea")).isFalse();
        assertThat(ResponseReader.isEventStream("application/json")).isFalse();
        assertThat(ResponseReader.isEventStream(null)).isFalse();
    }

    @Test
    void emptyErrorIsNoFailure() {
        for (String none : new String[] {"null", "{}", "\"\"", "[1]", "false"}) {
            ResponseReader reader = read(Protocol.RESPONSES, "{\"error\":" + none + "}");
            reader.end();
            assertThat(reader.hasFailed()).as(none).isFalse();
            assertThat(stream("{\"error\":" + none + "}").isTerminated())
                    .as(none)
                    .isFalse();
        }
        for (String error : new String[] {"\"x\"", "{\"a\":1}"}) {
            assertThat(stream("{\"error\":" + error + "}").hasFailed())
                    .as(error)
                    .isTrue();
            assertThat(stream("{\"error\":" + error + "}").isTerminated())
                    .as(error)
                    .isTrue();
        }
    }

    @Test
    void failureOfOneEventDoesNotSpreadToTheNext() {
        ResponseReader reader = new ResponseReader(Protocol.RESPONSES, "text/event-stream", null);
        // Cut off, so that it is no failure.
        feed(reader, "data: {\"type\":\"error\",\n\n");
        assertThat(reader.hasFailed()).isFalse();
        feed(reader, "data: {\"type\":\"response.completed\"}\n\n");
        assertThat(reader.isTerminated()).isTrue();
        assertThat(reader.hasFailed()).isFalse();
    }

    @Test
    void plainResponseHasFailedOnlyAtItsEnd() {
        ResponseReader reader = read(Protocol.RESPONSES, "{\"status\":\"failed\"}");
        assertThat(reader.hasFailed()).isFalse();
        reader.end();
        assertThat(reader.hasFailed()).isTrue();
        // In a stream, the status may be that of an earlier response.
        assertThat(stream("{\"status\":\"failed\"}").hasFailed()).isFalse();
    }

    @Test
    void closedReaderIgnoresWhatComesLater() throws IOException {
        byte[] usage = gzip("{\"usage\":{\"input_tokens\":5}}".getBytes(UTF_8));
        ResponseReader reader = new ResponseReader(Protocol.RESPONSES, null, "gzip");
        reader.close();
        reader.close();
        reader.read(usage, 0, usage.length);
        assertThat(reader.tokens().input()).isNull();
        assertThat(reader.usageUnknownReason()).isNull();
        // Without compression, there is nothing to release.
        ResponseReader plain = new ResponseReader(Protocol.RESPONSES, null, null);
        plain.close();
        feed(plain, "{\"usage\":{\"input_tokens\":5}}");
        assertThat(plain.tokens().input()).isEqualTo(5);
    }

    @Test
    void corruptResponseIsReadNoFurther() throws IOException {
        byte[] usage = gzip("{\"usage\":{\"input_tokens\":5}}".getBytes(UTF_8));
        ResponseReader reader = new ResponseReader(Protocol.RESPONSES, "text/event-stream", "gzip");
        feed(reader, "not gzipped, and long enough to be sure");
        assertThat(reader.usageUnknownReason()).isEqualTo(UsageUnknownReason.CORRUPT_ENCODING);
        assertThat(reader.isReadableStream()).isFalse();
        assertThat(reader.isBetweenEvents()).isFalse();
        reader.read(usage, 0, usage.length);
        assertThat(reader.tokens().input()).isNull();
    }

    @Test
    void smallResponseThatInflatesALotIsStillRead() throws IOException {
        byte[] large = ("{\"pad\":\"" + "x".repeat(12 << 20) + "\",\"usage\":{\"input_tokens\":5}}").getBytes(UTF_8);
        byte[] small = gzip(large);
        ResponseReader reader = new ResponseReader(Protocol.RESPONSES, "application/json", "gzip");
        for (int i = 0; i < small.length; i += 512) {
            reader.read(
                    Arrays.copyOfRange(small, i, Math.min(i + 512, small.length)), 0, Math.min(512, small.length - i));
        }
        reader.close();
        assertThat(reader.tokens().input()).isEqualTo(5);
    }

    @Test
    void objectAfterOtherTextIsNotAResponse() {
        for (String before : new String[] {"x", "1 ", "<p>", "[]"}) {
            ResponseReader reader = read(Protocol.RESPONSES, before + "{\"usage\":{\"input_tokens\":5}}");
            assertThat(reader.tokens().input()).as(before).isNull();
        }
    }

    @Test
    void fieldsAfterNestedValuesAreRead() {
        ResponseReader reader = stream("{\"response\":{\"id\":\"r\",\"output\":[{}]},\"item\":{\"a\":[1]},"
                + "\"message\":{},\"more\":[[],{}],\"sequence_number\":3}");
        assertThat(reader.responseId()).isEqualTo("r");
        assertThat(reader.sequenceNumber()).isEqualTo(3);
        assertThat(reader.isStream()).isTrue();
        assertThat(read(Protocol.RESPONSES, "{}").isStream()).isFalse();
    }

    private static CallUsage messages(String fields) {
        return read(Protocol.ANTHROPIC_MESSAGES, "{\"usage\":{" + fields + "}}")
                .tokens()
                .usage(null);
    }

    private static ResponseReader read(Protocol protocol, String response) {
        ResponseReader reader = new ResponseReader(protocol, "application/json", null);
        feed(reader, response);
        return reader;
    }

    private static ResponseReader stream(String event) {
        ResponseReader reader = new ResponseReader(Protocol.RESPONSES, "text/event-stream", null);
        feed(reader, "data: " + event + "\n\n");
        return reader;
    }

    private static void feed(ResponseReader reader, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        reader.read(bytes, 0, bytes.length);
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }
}
