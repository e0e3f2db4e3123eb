package io.agyn.endtoend;

import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A server with a model of each protocol, and the provider behind them, which takes no key but the registered ones. */
final class CalledModels implements AutoCloseable {

    static final String GPT = "gpt-4o";
    static final String CLAUDE = "claude";

    /** What the scripted provider says. */
    static final String WORDS = "Hello from the scripted provider.";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String OPENAI_KEY = "sk-openai-1";
    private static final String ANTHROPIC_KEY = "sk-ant-1";

    private final Server server;
    private final ScriptedProvider provider;

    private CalledModels(Server server, ScriptedProvider provider) {
        this.server = server;
        this.provider = provider;
    }

    static CalledModels start(Path folder) throws IOException, InterruptedException {
        ScriptedProvider provider = ScriptedProvider.start();
        provider.accept(new Header("authorization", "Bearer " + OPENAI_KEY), new Header("x-api-key", ANTHROPIC_KEY));
        CalledModels models = new CalledModels(Server.start(folder), provider);
        models.register();
        return models;
    }

    Server server() {
        return server;
    }

    ScriptedProvider provider() {
        return provider;
    }

    /** Waits for a call that was received whole. */
    ReceivedCall received() throws InterruptedException {
        return provider.await(ReceivedCall::bodyEnded, PATIENCE);
    }

    /** Where programs find the models. */
    Map<String, String> environment() throws IOException {
        Map<String, String> environment = new HashMap<>(server.environment());
        environment.put("OPENAI_MODEL", GPT);
        environment.put("ANTHROPIC_MODEL", CLAUDE);
        return environment;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        provider.close();
        server.close();
    }

    private void register() throws IOException {
        String organization = create("organizations", Map.of("name", "Acme"));
        for (List<String> row : List.of(
                List.of("openai", "responses", "bearer", OPENAI_KEY, GPT, "gpt-4o-2024-08-06"),
                List.of("anthropic", "anthropic_messages", "x_api_key", ANTHROPIC_KEY, CLAUDE, "claude-sonnet-4-5"))) {
            String llmProvider = create(
                    "organizations/" + organization + "/llm-providers",
                    Map.of(
                            "name", row.get(0),
                            "endpoint", provider.origin() + "/v1",
                            "protocol", row.get(1),
                            "auth_method", row.get(2),
                            "token", row.get(3)));
            create(
                    "organizations/" + organization + "/models",
                    Map.of("name", row.get(4), "provider_id", llmProvider, "remote_model_name", row.get(5)));
        }
    }

    private String create(String collection, Map<String, String> body) throws IOException {
        return server.request()
                .body(body)
                .post(collection)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
