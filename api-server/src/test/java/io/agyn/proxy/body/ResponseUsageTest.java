package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Protocol;
import io.agyn.usage.CallUsage;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The usage that providers report in their responses. */
class ResponseUsageTest {
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream; charset=utf-8";

    @Test
    void wholeNumbersMayHaveAFraction() {
        CallUsage usage = usage(
                Protocol.ANTHROPIC_MESSAGES,
                "{\"usage\":{\"input_tokens\":100.0,\"output_tokens\":5e1,\"cache_read_input_tokens\":1.5,"
                        + "\"cache_creation_input_tokens\":1e400}}");
        assertThat(usage.inputTokens()).isEqualTo(100);
        assertThat(usage.outputTokens()).isEqualTo(50);
        assertThat(usage.cachedInputTokens()).isNull();
        assertThat(usage.cacheWriteTokens()).isNull();
    }

    @Test
    void thinkingIsReasoning() {
        assertThat(usage(
                                Protocol.ANTHROPIC_MESSAGES,
                                "{\"usage\":{\"output_tokens\":90,\"output_tokens_details\":{\"thinking_tokens\":67}}}")
                        .reasoningTokens())
                .isEqualTo(67);
    }

    @Test
    void iterationsThatAreBilledApartAreAdded() {
        CallUsage usage = usage(Protocol.ANTHROPIC_MESSAGES, """
                {"usage": {"input_tokens": 23000, "output_tokens": 1000, "iterations": [
                  {"type": "compaction", "input_tokens": 180000, "cache_read_input_tokens": 4, "output_tokens": 3500,
                   "cache_creation": {"ephemeral_1h_input_tokens": 6}, "iterations": [{"type": "compaction", "input_tokens": 1}]},
                  {"input_tokens": 300, "output_tokens": 20, "model": "other", "type": "advisor_message"},
                  [1], null,
                  {"type": "message", "input_tokens": 23000, "output_tokens": 1000}]}}""");
        assertThat(usage.inputTokens()).isEqualTo(203_300);
        assertThat(usage.outputTokens()).isEqualTo(4_520);
        assertThat(usage.cachedInputTokens()).isEqualTo(4);
        assertThat(usage.cacheWrite1hTokens()).isEqualTo(6);
        assertThat(usage.cacheWrite5mTokens()).isNull();
    }

    @Test
    void iterationsOfSeveralEventsAreNotAddedTwice() {
        String usage = "{\"output_tokens\":5,\"iterations\":[{\"type\":\"compaction\",\"output_tokens\":30}]}";
        String events = "data: {\"type\":\"message_start\",\"message\":{\"usage\":" + usage + "}}\n\n"
                + "data: {\"type\":\"message_delta\",\"usage\":" + usage + "}\n\n";
        ResponseReader reader = read(Protocol.ANTHROPIC_MESSAGES, EVENTS, null, events.getBytes(UTF_8), 1);
        assertThat(reader.tokens().output()).isEqualTo(35);
    }

    @Test
    void usageForAnthropicsPricesIsRead() {
        CallUsage usage = usage(Protocol.ANTHROPIC_MESSAGES, """
                {"usage": {"input_tokens": 10, "cache_creation_input_tokens": 5,
                  "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 3},
                  "server_tool_use": {"web_search_requests": 4, "web_fetch_requests": 1}, "service_tier": "priority"}}""");
        assertThat(usage.cacheWriteTokens()).isEqualTo(5);
        assertThat(usage.cacheWrite5mTokens()).isEqualTo(2);
        assertThat(usage.cacheWrite1hTokens()).isEqualTo(3);
        assertThat(usage.webSearchRequests()).isEqualTo(4);
        assertThat(usage.webFetchRequests()).isEqualTo(1);
        assertThat(usage.serviceTier()).isEqualTo("priority");
    }

    @Test
    void usageForOpenAisPricesIsRead() {
        String response = """
                {"id": "resp_1", "service_tier": "flex", "usage": {"input_tokens": 100, "output_tokens": 5,
                  "input_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20}},
                 "tool_usage": {"image_gen": {"input_tokens": 9}, "web_search": {"num_requests": 3}}}""";
        String events = "data: {\"type\":\"response.created\",\"response\":{\"service_tier\":\"auto\"}}\n\n"
                + "data: {\"type\":\"response.completed\",\"response\":" + response.replace("\n", "") + "}\n\n";
        ResponseReader stream = read(Protocol.RESPONSES, EVENTS, null, events.getBytes(UTF_8), 1);
        for (CallUsage usage :
                List.of(usage(Protocol.RESPONSES, response), stream.tokens().usage(null))) {
            assertThat(usage.inputTokens()).isEqualTo(50);
            assertThat(usage.cachedInputTokens()).isEqualTo(30);
            assertThat(usage.cacheWriteTokens()).isEqualTo(20);
            assertThat(usage.webSearchRequests()).isEqualTo(3);
            assertThat(usage.serviceTier()).isEqualTo("flex");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "7", "null", "{}", "\"a\\nb\"", "\"é\""})
    void serviceTierThatIsNoNameIsIgnored(String tier) {
        assertThat(usage(Protocol.RESPONSES, "{\"service_tier\":" + tier + "}").serviceTier())
                .isNull();
        assertThat(usage(Protocol.ANTHROPIC_MESSAGES, "{\"usage\":{\"service_tier\":" + tier + "}}")
                        .serviceTier())
                .isNull();
    }

    @Test
    void inputTokensAreNeverNegative() {
        String response = "{\"usage\":{\"input_tokens\":3,\"input_tokens_details\":{\"cached_tokens\":5}}}";
        ResponseReader reader = read(Protocol.RESPONSES, JSON, null, response.getBytes(UTF_8), 1);
        assertThat(reader.tokens().input()).isZero();
    }

    private static CallUsage usage(Protocol protocol, String response) {
        return read(protocol, JSON, null, response.getBytes(UTF_8), 1).tokens().usage(null);
    }

    private static ResponseReader read(Protocol protocol, String type, String encoding, byte[] response, long seed) {
        ResponseReader reader = new ResponseReader(protocol, type, encoding);
        Pieces.of(response, new Random(seed), reader::read);
        reader.close();
        return reader;
    }
}
