package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** A server with a model of each protocol, and their provider, which accepts only the registered keys. */
final class CalledModels implements AutoCloseable {

    static final String GPT = "gpt-4o";
    static final String CLAUDE = "claude";

    /** The scripted provider's text. */
    static final String WORDS = "Hello from the scripted provider.";

    private static final String REMOTE_GPT = "gpt-4o-2024-08-06";
    private static final String REMOTE_CLAUDE = "claude-sonnet-4-5";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String OPENAI_KEY = "sk-openai-1";
    private static final String ANTHROPIC_KEY = "sk-ant-1";
    private static final String USERS_KEY = "sk-of-the-user";

    private final Server server;
    private final ScriptedProvider provider;
    private String organization;

    private CalledModels(Server server, ScriptedProvider provider) {
        this.server = server;
        this.provider = provider;
    }

    static CalledModels start(Path folder) throws IOException, InterruptedException {
        return start(folder, Map.of());
    }

    /** Starts a server with variables. */
    static CalledModels start(Path folder, Map<String, String> variables) throws IOException, InterruptedException {
        ScriptedProvider provider = ScriptedProvider.start();
        provider.accept(new Header("authorization", "Bearer " + OPENAI_KEY), new Header("x-api-key", ANTHROPIC_KEY));
        CalledModels models = new CalledModels(Server.start(folder, variables), provider);
        models.register();
        return models;
    }

    Server server() {
        return server;
    }

    ScriptedProvider provider() {
        return provider;
    }

    /** Adds a user to the organization of the models. */
    void addMember(String userId) throws IOException {
        server.create(
                "organizations/" + organization + "/members", Map.of("user_id", userId, "role", "member"), "user_id");
    }

    /** Waits for a completely received call. */
    ReceivedCall received() throws InterruptedException {
        return provider.await(ReceivedCall::bodyEnded, PATIENCE);
    }

    /** Waits for a field of the newest usage record of an operation. */
    Object awaitUsage(String operation, String field) {
        return await("usage of " + operation)
                .atMost(PATIENCE)
                .until(
                        () -> server.request()
                                .queryParam("operation", operation)
                                .get("organizations/{id}/usage/records", organization)
                                .then()
                                .statusCode(200)
                                .extract()
                                .path("items[0]." + field),
                        Objects::nonNull);
    }

    /** The environment variables that programs find the models by. */
    Map<String, String> environment() throws IOException {
        Map<String, String> environment = new HashMap<>(server.environment());
        environment.put("AGYN_RESPONSES_MODEL", GPT);
        environment.put("AGYN_MESSAGES_MODEL", CLAUDE);
        // The developer's own keys must not override the example's.
        environment.put("OPENAI_API_KEY", USERS_KEY);
        environment.put("ANTHROPIC_API_KEY", USERS_KEY);
        return environment;
    }

    /** Asserts that a plain and a streaming call of each protocol arrived with the registered keys and remote names. */
    void assertReceivedAllFour() throws IOException {
        String token = server.environment().get("AGYN_TOKEN");
        List<ReceivedCall> calls = provider.received();
        assertThat(calls)
                .extracting(ReceivedCall::target)
                .containsExactly("/v1/responses", "/v1/responses", "/v1/messages", "/v1/messages");
        for (ReceivedCall call : calls) {
            boolean openAi = call.target().equals("/v1/responses");
            assertThat(call.headers())
                    .filteredOn(header -> List.of("authorization", "x-api-key")
                            .contains(header.name().toLowerCase(Locale.ROOT)))
                    .extracting(Header::value)
                    .containsExactly(openAi ? "Bearer " + OPENAI_KEY : ANTHROPIC_KEY);
            assertThat(call.headers())
                    .extracting(Header::value)
                    .noneMatch(value -> value.contains(token) || value.contains(USERS_KEY));
            assertThat(JSON.readTree(call.text()).required("model").asText())
                    .isEqualTo(openAi ? REMOTE_GPT : REMOTE_CLAUDE);
        }
        assertThat(calls)
                .map(call -> JSON.readTree(call.text()).path("stream").asBoolean())
                .containsExactly(false, true, false, true);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        provider.close();
        server.close();
    }

    private void register() throws IOException {
        organization = server.organization("Acme");
        for (List<String> row : List.of(
                List.of("openai", "responses", "bearer", OPENAI_KEY, GPT, REMOTE_GPT),
                List.of("anthropic", "anthropic_messages", "x_api_key", ANTHROPIC_KEY, CLAUDE, REMOTE_CLAUDE))) {
            String llmProvider = server.create(
                    "organizations/" + organization + "/llm-providers",
                    Map.of(
                            "name", row.get(0),
                            "endpoint", provider.origin() + "/v1",
                            "protocol", row.get(1),
                            "auth_method", row.get(2),
                            "token", row.get(3)));
            server.create(
                    "organizations/" + organization + "/models",
                    Map.of("name", row.get(4), "provider_id", llmProvider, "remote_model_name", row.get(5)));
        }
    }
}
