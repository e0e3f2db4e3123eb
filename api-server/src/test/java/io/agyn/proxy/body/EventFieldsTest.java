package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventFieldsTest {
    private final EventFields event = new EventFields();

    @Test
    void streamIdMayComeLast() {
        read("{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"usage\":{\"input_tokens\":1}},"
                + "\"stream_id\":\"a\"}");
        assertThat(event.text(EventFields.STREAM_ID)).isEqualTo("a");
        assertThat(event.text(EventFields.TYPE)).isEqualTo("response.completed");
        assertThat(event.text(EventFields.RESPONSE_ID)).isEqualTo("resp_1");
        ResponseReader reader = ResponseReader.ofMessages();
        reader.read(event);
        assertThat(reader.isTerminated()).isTrue();
        assertThat(reader.responseId()).isEqualTo("resp_1");
    }

    @Test
    void nextEventStartsEmpty() {
        read("{\"type\":\"response.created\",\"stream_id\":\"a\"}");
        event.reset();
        read("{\"type\":\"error\",\"status\":429}");
        assertThat(event.text(EventFields.STREAM_ID)).isNull();
        assertThat(event.text(EventFields.STATUS)).isEqualTo("429");
    }

    @Test
    void incompleteEventDoesNotEndAResponse() {
        read("{\"type\":\"response.completed\",\"response\":{");
        ResponseReader reader = ResponseReader.ofMessages();
        reader.read(event);
        assertThat(reader.isTerminated()).isFalse();
    }

    @Test
    void errorEventFailsItsResponse() {
        read("{\"error\":{\"message\":\"" + "x".repeat(10_000) + "\"},\"stream_id\":\"a\"}");
        ResponseReader reader = ResponseReader.ofMessages();
        reader.read(event);
        assertThat(reader.isTerminated()).isTrue();
        assertThat(reader.hasFailed()).isTrue();
    }

    @Test
    void fieldsOfAnEndlessEventHaveBoundedMemory() {
        String value = "\"" + "x".repeat(60_000) + "\"";
        read("{");
        for (int i = 0; i < 100; i++) {
            read("\"id\":" + value + ",\"usage\":" + value + ",\"error\":" + value + ",");
        }
        read("\"response\":{");
        for (int i = 0; i < 100; i++) {
            read("\"id\":" + value + ",");
        }
        List<Integer> sizes = new ArrayList<>();
        event.forEach((path, bytes, length) -> sizes.add(length));
        assertThat(sizes).hasSizeLessThan(5);
        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isLessThan(100_000);
    }

    private void read(String json) {
        byte[] bytes = json.getBytes(US_ASCII);
        event.read(bytes, 0, bytes.length);
    }
}
