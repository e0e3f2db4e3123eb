package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.scripted.Options;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.http.ContentType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the calls of models on a packaged server that is told to stop. */
class ProxyShutdownIT {
    private static final int TERMINATED = 128 + 15;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MODEL = "m";

    @TempDir
    private Path folder;

    @Test
    void aRunningStreamFinishesAndNewCallsAreRefused() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.start(Options.defaults());
                ServerProcess server = ServerProcess.run(folder, Map.of("AGYN_SHUTDOWN_TIMEOUT", "30s"))
                        .ready();
                HttpClient client = HttpClient.newHttpClient()) {
            registerModel(server, provider);
            HttpResponse<InputStream> stream =
                    client.send(call(server, "events=20;every=150ms"), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(stream.statusCode()).isEqualTo(200);
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream.body()));
            assertThat(reader.readLine()).startsWith("event: response.created");

            server.terminate();

            assertRefusedSoon(server);
            List<String> rest = reader.lines().toList();
            assertThat(rest).anyMatch(line -> line.contains("response.completed"));
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
            assertThat(provider.received()).noneMatch(ReceivedCall::callerLeft);
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void aStreamThatDoesNotEndIsBrokenOffAtTheLimit() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.start(Options.defaults());
                ServerProcess server = ServerProcess.run(folder, Map.of("AGYN_SHUTDOWN_TIMEOUT", "1s"))
                        .ready();
                HttpClient client = HttpClient.newHttpClient()) {
            registerModel(server, provider);
            HttpResponse<InputStream> stream =
                    client.send(call(server, "endless;every=50ms"), HttpResponse.BodyHandlers.ofInputStream());
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream.body()));
            assertThat(reader.readLine()).isNotNull();

            server.terminate();

            assertThat(server.exitCode()).isEqualTo(TERMINATED);
            assertThatThrownBy(() -> {
                        while (reader.readLine() != null) {
                            // As long as there is anything.
                        }
                    })
                    .isInstanceOf(IOException.class);
            provider.await(ReceivedCall::callerLeft, PATIENCE);
        }
    }

    private static void registerModel(ServerProcess server, ScriptedProvider provider) throws IOException {
        String organization = created(server, "/api/v1/organizations", Map.of("name", "Acme"));
        String below = "/api/v1/organizations/" + organization;
        String id = created(
                server,
                below + "/llm-providers",
                Map.of(
                        "name", "p",
                        "endpoint", provider.origin().toString(),
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token", "sk"));
        created(server, below + "/models", Map.of("name", MODEL, "provider_id", id, "remote_model_name", "gpt"));
    }

    private static String created(ServerProcess server, String path, Map<String, String> body) throws IOException {
        return server.request()
                .contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static HttpRequest call(ServerProcess server, String script) throws IOException {
        return HttpRequest.newBuilder(URI.create(server.baseUrl() + "/v1/responses"))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(PATIENCE)
                .header("authorization", "Bearer " + server.token())
                .header("x-scripted", script)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + MODEL + "\",\"stream\":true}"))
                .build();
    }

    /** On a connection of its own, while the stream still runs. */
    private static void assertRefusedSoon(ServerProcess server) throws Exception {
        HttpRequest another = call(server, "text=1");
        for (int attempt = 0; attempt < 100; attempt++) {
            try (HttpClient client = HttpClient.newHttpClient()) {
                if (client.send(another, HttpResponse.BodyHandlers.ofString()).statusCode() == 503) {
                    return;
                }
            } catch (ConnectException e) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("Calls are taken by a server that was told to stop");
    }
}
