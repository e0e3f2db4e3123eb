package io.agyn.proxy.forwarding;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class BatchBodyTest {
    private static final String ORIGIN = "https://agyn.example";

    @ParameterizedTest
    @ValueSource(strings = {"results_url", "results\\u005furl"})
    void onlyTheUrlChanges(String name) {
        String batch = """
                \uFEFF { "x" : [1.50, {"results_url": "a", "id": 1}], "%s" : "%s"  ,"id":"msg\\u0062atch_1", "y": "\\u00e9é" }
                """;
        assertThat(rewritten(batch.formatted(name, "https://provider.example/\\\"x")))
                .isEqualTo(batch.formatted(name, ORIGIN + "/v1/messages/batches/msgbatch_1/results"));
    }

    @Test
    void batchInProgressStays() {
        String batch = "{\"id\":\"a\", \"results_url\": null}";
        assertThat(rewritten(batch)).isEqualTo(batch);
    }

    @Test
    void listKeepsOnlyKnownBatches() {
        String list = """
                {"data": [ {"id":"a"} , {"id":"b","results_url":"x"} ,
                 {"id":"c","results_url":"y"}, {"id":"d"} ], "has_more" : true, "last_id":"d"}
                """;
        BatchBody body = BatchBody.read(list.getBytes(UTF_8), true).orElseThrow();
        assertThat(body.ids()).containsExactly("a", "b", "c", "d");
        body.setOrigin(ORIGIN);
        body.retain(Set.of("b", "c"));
        assertThat(new String(body.bytes(), UTF_8)).isEqualTo("""
                {"data": [ {"id":"b","results_url":"https://agyn.example/v1/messages/batches/b/results"} ,
                 {"id":"c","results_url":"https://agyn.example/v1/messages/batches/c/results"} ], "has_more" : true, "last_id":"d"}
                """);
        body.retain(Set.of());
        assertThat(new String(body.bytes(), UTF_8))
                .isEqualTo("{\"data\": [  ], \"has_more\" : true, \"last_id\":\"d\"}\n");
    }

    @Test
    void emptyListStays() {
        BatchBody body = BatchBody.read("{\"data\":[] }".getBytes(UTF_8), true).orElseThrow();
        body.retain(Set.of());
        assertThat(body.bytes()).asString(UTF_8).isEqualTo("{\"data\":[] }");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"id\":\"a\"",
                "{\"id\":\"a\"} {}",
                "{\"results_url\":\"x\"}",
                "{\"id\":1}",
                "{\"id\":\"a\",\"id\":\"b\"}",
                "{\"id\":\"a/../b\"}",
                "{\"id\":\"a\",\"results_url\":[\"x\"]}",
                "{\"id\":\"a\",\"results_url\":null,\"results_url\":\"x\"}",
                "{\"id\":\"a\",\"results_url\":\"x\",\"results\\u005furl\":\"y\"}"
            })
    void ambiguousBatchIsInvalid(String batch) {
        assertThat(BatchBody.read(batch.getBytes(UTF_8), false)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"data\":{}}",
                "{\"data\":[1]}",
                "{\"data\":[{}]}",
                "{\"data\":[[{\"id\":\"a\"}]]}",
                "{\"data\":[],\"dat\\u0061\":[]}"
            })
    void ambiguousListIsInvalid(String list) {
        assertThat(BatchBody.read(list.getBytes(UTF_8), true)).isEmpty();
    }

    @Test
    void otherEncodingIsInvalid() {
        assertThat(BatchBody.read("{\"id\":\"a\"}".getBytes(UTF_16LE), false)).isEmpty();
    }

    @Test
    void listHasAtMost1000Batches() {
        assertThat(BatchBody.read(list(1000), true)).isPresent();
        assertThat(BatchBody.read(list(1001), true)).isEmpty();
    }

    private static byte[] list(int size) {
        return ("{\"data\":[" + "{\"id\":\"a\"},".repeat(size - 1) + "{\"id\":\"a\"}]}").getBytes(UTF_8);
    }

    private static String rewritten(String batch) {
        BatchBody body = BatchBody.read(batch.getBytes(UTF_8), false).orElseThrow();
        body.setOrigin(ORIGIN);
        return new String(body.bytes(), UTF_8);
    }
}
