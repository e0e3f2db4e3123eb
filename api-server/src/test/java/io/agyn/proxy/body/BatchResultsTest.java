package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.usage.CallUsage;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class BatchResultsTest {
    private static final String RESULTS = """
            {"custom_id":"1","result":{"type":"succeeded","message":{"usage":{"input_tokens":11,"output_tokens":3,\
            "cache_read_input_tokens":5,"service_tier":"batch"},"content":[{"usage":{"input_tokens":99}}]}}}
            {"result":{"message":{"usage":{"input_tokens":100,"output_tokens":1}},"type":"succeeded"},"usage":1}\r

            {"result":{"type":"errored","error":{"usage":{"input_tokens":7}}}}
            {"result":{"type":"expired","message":{"usage":{"input_tokens":7}}},"x":{"result":{"type":"succeeded"}}}
            {"result":{"type":"succeeded","message":{"usage":{"input_tokens":1000,"output_tokens":0}}}}""";

    @Test
    void usageOfSucceededRequestsIsSummed() {
        for (long seed = 0; seed < 50; seed++) {
            ResponseReader reader = ResponseReader.ofBatchResults(null);
            Pieces.of(RESULTS.getBytes(UTF_8), new Random(seed), reader::read);
            assertThat(reader.isFinal()).isFalse();
            reader.end();
            assertThat(reader.isFinal()).isTrue();
            CallUsage usage = reader.tokens().usage(null);
            assertThat(usage.inputTokens()).isEqualTo(1_111);
            assertThat(usage.outputTokens()).isEqualTo(4);
            assertThat(usage.cachedInputTokens()).isEqualTo(5);
            assertThat(usage.serviceTier()).isEqualTo("batch");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"result\":", "{\"result\":{\"type\":\"succeeded\"}}\n{", "not JSON\n"})
    void truncatedResultsAreNotFinal(String results) {
        ResponseReader reader = ResponseReader.ofBatchResults(null);
        byte[] bytes = results.getBytes(UTF_8);
        reader.read(bytes, 0, bytes.length);
        reader.end();
        assertThat(reader.isFinal()).isFalse();
    }

    @Test
    void resultsWithoutASuccessHaveNoUsage() {
        ResponseReader reader = ResponseReader.ofBatchResults(null);
        byte[] bytes = "{\"result\":{\"type\":\"canceled\"}}\n".getBytes(UTF_8);
        reader.read(bytes, 0, bytes.length);
        reader.end();
        assertThat(reader.isFinal()).isTrue();
        assertThat(reader.tokens().input()).isNull();
    }
}
