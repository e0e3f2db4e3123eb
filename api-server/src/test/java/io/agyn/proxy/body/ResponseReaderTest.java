package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Protocol;
import io.agyn.api.model.UsageUnknownReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseReaderTest {
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream; charset=utf-8";

    private static final String RESPONSE = """
            {"id": "resp_1", "object": "response", "status": "completed",
             "output": [{"type": "message", "content": [{"text": "\\"usage\\": {\\"input_tokens\\": 9}", "usage": {"input_tokens": 8}}]}],
             "metadata": {"usage": {"input_tokens": 7}},
             "usage": {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 30},
                       "output_tokens": 50, "output_tokens_details": {"reasoning_tokens": 20}, "total_tokens": 150},
             "user": null}""";

    private static final String MESSAGE = """
            {"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "}{][\\\\"}],
             "usage": {"input_tokens": 10, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 7,
                       "cache_creation": {"ephemeral_5m_input_tokens": 5, "input_tokens": 99},
                       "server_tool_use": null, "iterations": [{"input_tokens": 98}], "output_tokens": 3, "service_tier": "standard"}}""";

    private static final String RESPONSE_EVENTS = """
            event: response.created
            data: {"type":"response.created","response":{"id":"resp_1","usage":null}}

            : a comment

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","delta":"data: {\\"type\\":\\"response.failed\\"}"}

            event: response.completed
            data: {"type":"response.completed","response":{"id":"resp_1","output":[{"type":"error"}],
            data: "usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":30},"output_tokens":50,"output_tokens_details":{"reasoning_tokens":20}}}}

            """;

    private static final String MESSAGE_EVENTS = """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":7,"output_tokens":1}}}

            event: ping
            data: {"type": "ping"}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"名 😀"}}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}

            event: message_stop
            data: {"type":"message_stop"}

            """;

    @Test
    void usageOfPlainResponseIsReadFromAnySplits() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            assertResponseCounts(read(Protocol.RESPONSES, JSON, null, RESPONSE.getBytes(UTF_8), seed), seed);
            assertResponseCounts(read(Protocol.RESPONSES, JSON, "gzip", gzip(RESPONSE), seed), seed);
        }
    }

    @Test
    void usageOfPlainMessageIsReadFromAnySplits() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            assertMessageCounts(read(Protocol.ANTHROPIC_MESSAGES, JSON, null, MESSAGE.getBytes(UTF_8), seed), seed);
            assertMessageCounts(read(Protocol.ANTHROPIC_MESSAGES, JSON, "GZIP", gzip(MESSAGE), seed), seed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void usageAndEndOfStreamAreReadFromAnySplits(String lineEnd) throws IOException {
        String response = RESPONSE_EVENTS.replace("\n", lineEnd);
        String message = MESSAGE_EVENTS.replace("\n", lineEnd);
        for (long seed = 0; seed < 200; seed++) {
            for (ResponseReader reader : List.of(
                    read(Protocol.RESPONSES, EVENTS, null, response.getBytes(UTF_8), seed),
                    read(Protocol.RESPONSES, EVENTS, "gzip", gzip(response), seed))) {
                assertResponseCounts(reader, seed);
                assertThat(reader.isTerminated()).as("seed %d", seed).isTrue();
                assertThat(reader.hasFailed()).as("seed %d", seed).isFalse();
            }
            for (ResponseReader reader : List.of(
                    read(Protocol.ANTHROPIC_MESSAGES, EVENTS, null, message.getBytes(UTF_8), seed),
                    read(Protocol.ANTHROPIC_MESSAGES, EVENTS, "x-gzip", gzip(message), seed))) {
                assertMessageCounts(reader, seed);
                assertThat(reader.isTerminated()).as("seed %d", seed).isTrue();
                assertThat(reader.hasFailed()).as("seed %d", seed).isFalse();
            }
        }
    }

    @Test
    void responseOfSeveralGzipMembersIsReadToItsEnd() throws IOException {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            assertResponseCounts(read(Protocol.RESPONSES, JSON, "gzip", gzipInMembers(RESPONSE, random), seed), seed);
            ResponseReader reader =
                    read(Protocol.ANTHROPIC_MESSAGES, EVENTS, "gzip", gzipInMembers(MESSAGE_EVENTS, random), seed);
            assertMessageCounts(reader, seed);
            assertThat(reader.isTerminated()).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void streamEndsWithItsLastEvent() {
        for (String events : List.of(RESPONSE_EVENTS, MESSAGE_EVENTS)) {
            byte[] all = events.getBytes(UTF_8);
            for (int length = 0; length <= all.length; length++) {
                ResponseReader reader = new ResponseReader(protocolOf(events), EVENTS, null);
                reader.read(all, 0, length);
                assertThat(reader.isTerminated())
                        .as("%d of %d bytes", length, all.length)
                        .isEqualTo(length == all.length);
            }
        }
    }

    @Test
    void eventFitsOnlyBetweenTwoOthers() {
        for (String lineEnd : List.of("\n", "\r\n", "\r")) {
            byte[] all = RESPONSE_EVENTS.replace("\n", lineEnd).getBytes(UTF_8);
            for (int length = 0; length <= all.length; length++) {
                ResponseReader reader = new ResponseReader(Protocol.RESPONSES, EVENTS, null);
                reader.read(all, 0, length);
                String before =
                        new String(all, 0, length, UTF_8).replace("\r\n", "\n").replace('\r', '\n');
                assertThat(reader.isBetweenEvents())
                        .as("after %s", before)
                        .isEqualTo(before.isEmpty() || before.endsWith("\n\n"));
            }
        }
        assertThat(new ResponseReader(Protocol.RESPONSES, EVENTS, "gzip").isBetweenEvents())
                .isFalse();
        assertThat(new ResponseReader(Protocol.RESPONSES, JSON, null).isBetweenEvents())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"type\":\"response.failed\",\"response\":{\"usage\":{\"input_tokens\":4}}}\n\n",
                "event: error\ndata:{\"usage\":{\"input_tokens\":4},\"code\":\"x\",\"type\" : \"error\" }\n\n",
                "data: {\"response\":{\"usage\":{\"input_tokens\":4}},\"type\":\"response.failed\"}\n\ndata: [DONE]\n\n"
            })
    void failedStreamKeepsItsUsage(String events) {
        ResponseReader reader = read(Protocol.RESPONSES, EVENTS, null, events.getBytes(UTF_8), 1);
        assertThat(reader.hasFailed()).isTrue();
        assertThat(reader.isTerminated()).isTrue();
        assertThat(reader.tokens().input()).isEqualTo(4);
    }

    @Test
    void incompleteResponseHasEndedWithoutAFailure() {
        String events = "data: {\"type\":\"response.incomplete\",\"response\":{}}\n\n";
        ResponseReader reader = read(Protocol.RESPONSES, EVENTS, null, events.getBytes(UTF_8), 1);
        assertThat(reader.isTerminated()).isTrue();
        assertThat(reader.hasFailed()).isFalse();
    }

    @Test
    void unusualOrdersAndUnknownEventsAreUnderstood() {
        String events = """
                data: {"type":"message_delta","usage":{"output_tokens":3}}

                data: {"type":"of_tomorrow","usage":[1,{"output_tokens":5}],"message":"usage"}
                id: 7
                retry: 10
                data

                data: {"message":{"usage":{"cache_read_input_tokens":7,"cache_creation_input_tokens":5,"input_tokens":10}},"type":"message_start"}

                data: {"type":"message_stop"}

                """;
        ResponseReader reader = read(Protocol.ANTHROPIC_MESSAGES, EVENTS, null, events.getBytes(UTF_8), 2);
        assertMessageCounts(reader, 2);
        assertThat(reader.isTerminated()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "}}}}{{{{[[[]]]",
                "\"",
                "{\"usage\":",
                "{\"usage\":}",
                "{\"usage\":{\"input_tokens\":}}",
                "{\"usage\":12}",
                "{\"usage\":{\"input_tokens\":\"many\",\"output_tokens\":1.5}}",
                "{\"usage\":{\"input_tokens\":-4}}",
                "{\"usage\":{\"input_tokens\":99999999999999999999}}",
                "{\"usage\":null}",
                "<html>",
                "{\"\":{\"\":}}"
            })
    void malformedUsageIsUnknownAndLaterUsageIsRead(String broken) {
        ResponseReader plain = read(Protocol.ANTHROPIC_MESSAGES, JSON, null, broken.getBytes(UTF_8), 3);
        assertThat(plain.tokens().input()).isNull();
        assertThat(plain.tokens().output()).isNull();
        String events = "data: " + broken + "\n\n" + MESSAGE_EVENTS;
        ResponseReader stream = read(Protocol.ANTHROPIC_MESSAGES, EVENTS, null, events.getBytes(UTF_8), 3);
        assertMessageCounts(stream, 3);
        assertThat(stream.isTerminated()).isTrue();
    }

    @Test
    void cumulativeCountsNeverFall() {
        String events = """
                data: {"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":7,"cache_creation_input_tokens":5,"output_tokens":1}}}

                data: {"type":"message_delta","usage":{"input_tokens":0,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":3}}

                data: {"type":"message_stop"}

                """;
        assertMessageCounts(read(Protocol.ANTHROPIC_MESSAGES, EVENTS, null, events.getBytes(UTF_8), 4), 4);
    }

    @Test
    void streamWithAByteOrderMarkIsRead() {
        byte[] events = ("\uFEFF" + MESSAGE_EVENTS.replaceAll("(?m)^event: .*\n", "")).getBytes(UTF_8);
        for (long seed = 0; seed < 50; seed++) {
            assertMessageCounts(read(Protocol.ANTHROPIC_MESSAGES, EVENTS, null, events, seed), seed);
        }
        assertMessageCounts(read(Protocol.ANTHROPIC_MESSAGES, JSON, null, ("\uFEFF" + MESSAGE).getBytes(UTF_8), 1), 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"no\"}}",
                "{\"error\":\"no\"}",
                "{\"type\":\"error\",\"error\":{\"type\":\"api_error\"}}",
                "{\"status\":\"failed\",\"output\":[]}"
            })
    void plainErrorIsAFailure(String error) {
        ResponseReader reader = read(Protocol.RESPONSES, JSON, null, error.getBytes(UTF_8), 1);
        reader.end();
        assertThat(reader.hasFailed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":null,\"status\":\"completed\"}",
                "{\"error\":{},\"status\":\"incomplete\"}",
                "{\"output\":[{\"error\":{\"message\":\"of a tool\"},\"type\":\"error\",\"status\":\"failed\"}]}",
                "{\"item\":{\"error\":{\"message\":\"of a tool\"}}}"
            })
    void plainResponseWithANullErrorIsNoFailure(String response) {
        ResponseReader plain = read(Protocol.RESPONSES, JSON, null, response.getBytes(UTF_8), 1);
        plain.end();
        assertThat(plain.hasFailed()).isFalse();
        ResponseReader stream =
                read(Protocol.RESPONSES, EVENTS, null, ("data: " + response + "\n\n").getBytes(UTF_8), 1);
        assertThat(stream.hasFailed()).isFalse();
        assertThat(stream.isTerminated()).isFalse();
    }

    @Test
    void onlyAWholeLastEventEndsAStreamWithoutItsEmptyLine() {
        for (String events : List.of(RESPONSE_EVENTS, MESSAGE_EVENTS)) {
            byte[] all = events.getBytes(UTF_8);
            int whole = events.stripTrailing().getBytes(UTF_8).length;
            for (int length = 0; length <= all.length; length++) {
                ResponseReader reader = new ResponseReader(protocolOf(events), EVENTS, null);
                reader.read(all, 0, length);
                reader.end();
                assertThat(reader.isTerminated())
                        .as("%d of %d bytes", length, all.length)
                        .isEqualTo(length >= whole);
            }
        }
    }

    @Test
    void idAndNumberOfAStreamAreKnown() {
        ResponseReader reader = new ResponseReader(Protocol.RESPONSES, EVENTS, null);
        assertThat(reader.sequenceNumber()).isEqualTo(-1);
        assertThat(reader.responseId()).isNull();
        byte[] events = """
                data: {"type":"response.created","response":{"id":"resp_1"},"sequence_number":0}

                data: {"type":"response.output_text.delta","sequence_number" : 12 ,"delta":"x"}

                data: {"type":"response.output_text.delta","sequence_number":"13","delta":"x"}

                """.getBytes(UTF_8);
        reader.read(events, 0, events.length);
        assertThat(reader.sequenceNumber()).isEqualTo(12);
        assertThat(reader.responseId()).isEqualTo("resp_1");
    }

    @Test
    void readingNeverThrows() throws IOException {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            byte[] response = random.nextBoolean() ? MESSAGE_EVENTS.getBytes(UTF_8) : gzip(MESSAGE_EVENTS);
            for (int i = random.nextInt(10); i > 0; i--) {
                response[random.nextInt(response.length)] = (byte) random.nextInt(256);
            }
            String encoding = List.of("gzip", "identity", "br", "").get(random.nextInt(4));
            String type = List.of(EVENTS, JSON).get(random.nextInt(2));
            byte[] cut = Arrays.copyOf(response, random.nextInt(response.length));
            ResponseReader reader = read(Protocol.ANTHROPIC_MESSAGES, type, encoding, cut, seed);
            reader.close();
            reader.read(response, 0, response.length);
        }
    }

    @Test
    void unknownEncodingIsNotRead() {
        ResponseReader reader = read(Protocol.ANTHROPIC_MESSAGES, EVENTS, "br", MESSAGE_EVENTS.getBytes(UTF_8), 1);
        assertThat(reader.tokens().input()).isNull();
        assertThat(reader.isStream()).isTrue();
        assertThat(reader.isReadableStream()).isFalse();
        assertThat(reader.isTerminated()).isFalse();
        assertThat(reader.usageUnknownReason()).isEqualTo(UsageUnknownReason.UNSUPPORTED_ENCODING);
        assertThat(read(Protocol.RESPONSES, JSON, "gzip", RESPONSE.getBytes(UTF_8), 1)
                        .usageUnknownReason())
                .isEqualTo(UsageUnknownReason.CORRUPT_ENCODING);
        assertThat(read(Protocol.RESPONSES, JSON, "identity", RESPONSE.getBytes(UTF_8), 1)
                        .usageUnknownReason())
                .isNull();
    }

    private static void assertResponseCounts(ResponseReader reader, long seed) {
        TokenCounts tokens = reader.tokens();
        assertThat(tokens.input()).as("seed %d", seed).isEqualTo(70);
        assertThat(tokens.cachedInput()).as("seed %d", seed).isEqualTo(30);
        assertThat(tokens.cacheWrite()).as("seed %d", seed).isNull();
        assertThat(tokens.output()).as("seed %d", seed).isEqualTo(50);
        assertThat(tokens.reasoning()).as("seed %d", seed).isEqualTo(20);
    }

    private static void assertMessageCounts(ResponseReader reader, long seed) {
        TokenCounts tokens = reader.tokens();
        assertThat(tokens.input()).as("seed %d", seed).isEqualTo(10);
        assertThat(tokens.cachedInput()).as("seed %d", seed).isEqualTo(7);
        assertThat(tokens.cacheWrite()).as("seed %d", seed).isEqualTo(5);
        assertThat(tokens.output()).as("seed %d", seed).isEqualTo(3);
        assertThat(tokens.reasoning()).as("seed %d", seed).isNull();
    }

    private static Protocol protocolOf(String events) {
        return events.equals(RESPONSE_EVENTS) ? Protocol.RESPONSES : Protocol.ANTHROPIC_MESSAGES;
    }

    private static ResponseReader read(Protocol protocol, String type, String encoding, byte[] response, long seed) {
        ResponseReader reader = new ResponseReader(protocol, type, encoding);
        Pieces.of(response, new Random(seed), reader::read);
        reader.close();
        return reader;
    }

    private static byte[] gzipInMembers(String text, Random random) throws IOException {
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        int from = 0;
        while (from < text.length()) {
            // Some are empty.
            int to = from + random.nextInt(Math.min(text.length() - from, 200) + 1);
            members.write(gzip(text.substring(from, to)));
            from = to;
        }
        return members.toByteArray();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }
}
