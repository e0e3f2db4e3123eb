package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class EventTextsTest {
    private final StringBuilder text = new StringBuilder();
    private final EventTexts texts = new EventTexts(new ObjectMapper(), text::append);

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void textOfResponsesIsReadWithAnyLineEnds(String lineEnd) {
        read("""
            data: {"type":"response.created","response":{}}

            data: {"type":"response.output_text.delta",
            data: "delta":"Hel"}

            data: {"type":"response.reasoning_text.delta","delta":"hm"}

            data: {"type":"response.output_text.delta","delta":"lo 😀"}

            data: [DONE]

            """.replace("\n", lineEnd));
        assertThat(text).hasToString("Hello 😀");
        assertThat(texts.error()).isNull();
    }

    @Test
    void textOfMessagesIsReadWithoutThoughts() {
        read("""
            data: {"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}

            data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hello"}}

            """);
        assertThat(text).hasToString("Hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"error\",\"error\":{\"message\":\"no\"}}",
                "{\"type\":\"response.failed\",\"response\":{}}",
                "{\"error\":{\"message\":\"no\"}}"
            })
    void eventThatReportsAFailureIsKept(String event) {
        read("event: error\ndata: " + event + "\n\n");
        assertThat(texts.error()).isEqualTo(event);
    }

    @Test
    void eventTooLargeForTextIsSkipped() {
        String large = "x".repeat(2 << 20);
        read("data: {\"type\":\"response.output_text.delta\",\"delta\":\"" + large + "\"}\n\n"
                + "data: {\"type\":\"response.output_text.delta\",\"delta\":\"small\"}\n\n");
        assertThat(text).hasToString("small");
    }

    @Test
    void eventOfOneMebibyteIsStillText() {
        String event = "{\"type\":\"response.output_text.delta\",\"delta\":\"\"}";
        String largest = event.replace("\"\"", "\"" + "x".repeat((1 << 20) - event.length()) + "\"");
        read("data: " + largest + "\n\n");
        assertThat(text).hasSize((1 << 20) - event.length());
        text.setLength(0);
        read("data: " + largest.replaceFirst("x", "xx") + "\n\n");
        assertThat(text).isEmpty();
    }

    @Test
    void errorMayBeATextButNotNull() {
        read("data: {\"error\":null}\n\ndata: {\"error\":1}\n\ndata: {\"type\":\"response.created\"}\n\n");
        assertThat(texts.error()).isNull();
        read("data: {\"error\":\"no\"}\n\n");
        assertThat(texts.error()).isEqualTo("{\"error\":\"no\"}");
    }

    @Test
    void eventWithoutDataIsSkipped() {
        read(": ping\n\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n");
        assertThat(text).hasToString("a");
    }

    private void read(String events) {
        Pieces.of(events.getBytes(UTF_8), new Random(1), new EventSplitter(texts)::read);
    }
}
