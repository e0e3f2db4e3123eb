package io.agyn.scripted;

import static io.agyn.scripted.Client.MESSAGES;
import static io.agyn.scripted.Client.RESPONSES;
import static io.agyn.scripted.Client.body;
import static io.agyn.scripted.Client.types;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses without a script: successes and client errors. */
class ResponsesTest {

    private static final String GREETING = "Hello from the scripted provider.";
    private static final String PARAMETERS = """
            {"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},"unit":{"enum":["C","F"]},
            "note":{"type":"string"}},"required":["city","days","unit"]}""";
    private static final JsonObject ARGUMENTS = Dialect.object("city", "scripted", "days", 1, "unit", "C");
    private static final String OPENAI_TOOLS =
            "\"tools\":[{\"type\":\"web_search\"},{\"type\":\"function\",\"name\":\"weather\",\"parameters\":%s}]"
                    .formatted(PARAMETERS);
    private static final String ANTHROPIC_TOOLS =
            "\"tools\":[{\"name\":\"weather\",\"input_schema\":%s}]".formatted(PARAMETERS);

    private static ScriptedProvider provider;
    private static Client client;

    @BeforeAll
    static void start() {
        provider = ScriptedProvider.start();
        client = new Client(provider);
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/responses", "/v1/responses", "/openai/v1/responses?a=b"})
    void openAiRespondsUnderAnyPathPrefix(String path) throws Exception {
        HttpResponse<String> response = client.send(path, body(false));
        JsonObject json = new JsonObject(response.body());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        assertThat(json.fieldNames())
                .contains(
                        "id",
                        "created_at",
                        "error",
                        "incomplete_details",
                        "instructions",
                        "metadata",
                        "object",
                        "parallel_tool_calls",
                        "temperature",
                        "tool_choice",
                        "tools",
                        "top_p");
        assertThat(json.getString("status")).isEqualTo("completed");
        assertThat(json.getString("model")).isEqualTo("m-1");
        assertThat(outputText(json)).isEqualTo(GREETING);
        assertThat(json.getJsonObject("usage").encode())
                .isEqualTo(
                        "{\"input_tokens\":25,\"input_tokens_details\":{\"cached_tokens\":8,\"cache_write_tokens\":0},\"output_tokens\":12,"
                                + "\"output_tokens_details\":{\"reasoning_tokens\":4},\"total_tokens\":37}");
    }

    @Test
    void openAiStreamsEventsInOrder() throws Exception {
        List<JsonObject> events = client.events(RESPONSES, body(true));

        assertThat(types(events))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).getInteger("sequence_number")).isEqualTo(i);
        }
        assertThat(text(events, "delta")).isEqualTo(GREETING);
        JsonObject whole = events.getLast().getJsonObject("response");
        assertThat(outputText(whole)).isEqualTo(GREETING);
        assertThat(whole.getJsonObject("usage").getInteger("total_tokens")).isEqualTo(37);
        assertThat(whole.getString("id"))
                .isEqualTo(events.getFirst().getJsonObject("response").getString("id"));
    }

    @Test
    void openAiCallsATool() throws Exception {
        String request = "{\"model\":\"m-1\",\"stream\":%s,\"input\":\"x\"," + OPENAI_TOOLS + "}";
        JsonObject plain = client.json(RESPONSES, request.formatted(false));
        List<JsonObject> events = client.events(RESPONSES, request.formatted(true));

        JsonObject call = plain.getJsonArray("output").getJsonObject(0);
        assertThat(call.getString("type")).isEqualTo("function_call");
        assertThat(call.getString("name")).isEqualTo("weather");
        assertThat(call.getString("call_id")).startsWith("call_");
        assertThat(new JsonObject(call.getString("arguments"))).isEqualTo(ARGUMENTS);
        assertThat(types(events).subList(2, 7))
                .containsExactly(
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
    }

    @Test
    void anthropicResponds() throws Exception {
        JsonObject response = client.json("/any/v1/messages", body(false));

        assertThat(response.getString("type")).isEqualTo("message");
        assertThat(response.getString("role")).isEqualTo("assistant");
        assertThat(response.getString("model")).isEqualTo("m-1");
        assertThat(response.getString("stop_reason")).isEqualTo("end_turn");
        assertThat(response.getJsonArray("content").encode())
                .isEqualTo("[{\"type\":\"text\",\"text\":\"%s\"}]".formatted(GREETING));
        assertThat(response.getJsonObject("usage").getInteger("cache_read_input_tokens"))
                .isEqualTo(8);
    }

    @Test
    void anthropicStreamsEventsInOrder() throws Exception {
        List<JsonObject> events = client.events(MESSAGES, body(true));

        assertThat(types(events))
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "ping",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        JsonObject end = events.get(9);
        assertThat(end.getJsonObject("delta").getString("stop_reason")).isEqualTo("end_turn");
        assertThat(end.getJsonObject("usage").getInteger("output_tokens")).isEqualTo(12);
    }

    @Test
    void anthropicCallsAToolUntilItGetsTheResult() throws Exception {
        String request = "{\"model\":\"m-1\",\"stream\":%s,\"messages\":%s," + ANTHROPIC_TOOLS + "}";
        String result = "[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}]}]";
        JsonObject plain = client.json(MESSAGES, request.formatted(false, "[]"));
        List<JsonObject> events = client.events(MESSAGES, request.formatted(true, "[]"));
        JsonObject after = client.json(MESSAGES, request.formatted(false, result));

        JsonObject call = plain.getJsonArray("content").getJsonObject(0);
        assertThat(plain.getString("stop_reason")).isEqualTo("tool_use");
        assertThat(call.getString("type")).isEqualTo("tool_use");
        assertThat(call.getJsonObject("input")).isEqualTo(ARGUMENTS);
        assertThat(events.get(4).getJsonObject("delta"))
                .isEqualTo(Dialect.object("type", "input_json_delta", "partial_json", ARGUMENTS.encode()));
        assertThat(after.getString("stop_reason")).isEqualTo("end_turn");
    }

    @Test
    void tokensAreCounted() throws Exception {
        assertThat(client.send("/v1/responses/input_tokens", body(false)).body())
                .isEqualTo("{\"object\":\"response.input_tokens\",\"input_tokens\":25}");
        assertThat(client.send("/v1/messages/count_tokens", body(false)).body()).isEqualTo("{\"input_tokens\":30}");
    }

    @Test
    void onlyAcceptedCredentialsSucceed() throws Exception {
        Options options = Options.defaults()
                .withCredentials(new Header("Authorization", "Bearer sk-right"), new Header("x-api-key", "right"));
        try (ScriptedProvider guarded = ScriptedProvider.start(options)) {
            Client caller = new Client(guarded);

            assertThat(caller.send(RESPONSES, body(false), "authorization", "Bearer sk-right")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(caller.send(MESSAGES, body(false), "X-Api-Key", "right").statusCode())
                    .isEqualTo(200);
            HttpResponse<String> openAi = caller.send(RESPONSES, body(false), "authorization", "Bearer sk-wrong-key");
            assertThat(openAi.statusCode()).isEqualTo(401);
            assertThat(openAi.body())
                    .startsWith("{\"error\":{\"message\":\"Incorrect API key provided: sk-w****-key. ")
                    .endsWith("\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}");
            HttpResponse<String> anthropic = caller.send(MESSAGES, body(false), "x-api-key", "wrong");
            assertThat(anthropic.statusCode()).isEqualTo(401);
            assertThat(anthropic.body())
                    .matches("\\{\"type\":\"error\",\"error\":\\{\"type\":\"authentication_error\","
                            + "\"message\":\"invalid x-api-key\"},\"request_id\":\"req_\\w+\"}");

            guarded.accept(new Header("x-api-key", "newer"));

            assertThat(caller.send(MESSAGES, body(false), "x-api-key", "right").statusCode())
                    .isEqualTo(401);
            assertThat(caller.send(MESSAGES, body(false), "x-api-key", "newer").statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[1]", "{\"model\":1}", "{}", "{\"model\":\"m\"", "{\"model\":\"m\"}{}"})
    void invalidBodiesAreRejected(String body) throws Exception {
        assertThat(client.send(RESPONSES, body).statusCode()).isEqualTo(400);
        assertThat(client.json(MESSAGES, body).getJsonObject("error").getString("type"))
                .isEqualTo("invalid_request_error");
    }

    @Test
    void unknownPathsAreNotFound() throws Exception {
        HttpResponse<String> response = client.send("/v1/elsewhere", body(false));

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("Invalid URL (POST /v1/elsewhere)");
    }

    private static String outputText(JsonObject response) {
        return response.getJsonArray("output")
                .getJsonObject(0)
                .getJsonArray("content")
                .getJsonObject(0)
                .getString("text");
    }

    private static String text(List<JsonObject> events, String field) {
        StringBuilder text = new StringBuilder();
        events.stream().filter(event -> event.containsKey(field)).forEach(event -> text.append(event.getString(field)));
        return text.toString();
    }
}
