package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.Options;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers behind nginx with the documented configuration, restarted by SIGTERM without notice to nginx. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class RollingRestartIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration A_WHILE = Duration.ofSeconds(2);
    private static final int WORKERS = 8;
    private static final int STREAMS = 4;
    // Eight seconds: longer than a server without requests takes to stop.
    private static final String LONG_STREAM = "events=80;every=100ms";

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean stopped;
    private ScriptedProvider provider;
    private EmbeddedPostgres postgres;
    private Path keyset;
    private Nginx nginx;
    private String token;

    @BeforeEach
    void start() throws Exception {
        provider = ScriptedProvider.start(Options.defaults().withoutRecording());
        postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        keyset = folder.resolve("keys.json");
        Keyset.create(keyset);
    }

    @AfterEach
    void stop() {
        http.close();
        postgres.close();
        provider.close();
    }

    @Test
    void noCallFailsWhileEachServerIsRestarted() throws Exception {
        int onePort = Nginx.freePort();
        int otherPort = Nginx.freePort();
        ServerProcess one = server("one", onePort);
        ServerProcess other = server("other", otherPort);
        try (Nginx balancer = Nginx.start(folder.resolve("nginx"), List.of(onePort, otherPort))) {
            nginx = balancer;
            token = one.token();
            register(one);
            List<Thread> load = load();
            List<CompletableFuture<Void>> streams = new ArrayList<>();
            Thread.sleep(A_WHILE);
            for (int restart = 0; restart < 2; restart++) {
                for (int i = 0; i < STREAMS; i++) {
                    streams.add(CompletableFuture.runAsync(() -> call(LONG_STREAM), Thread::startVirtualThread));
                }
                Thread.sleep(A_WHILE);
                ServerProcess stopping = restart == 0 ? one : other;
                stopping.terminate();
                assertThat(stopping.exitCode()).isEqualTo(143);
                assertThat(stopping.output() + stopping.errors()).doesNotContain("ERROR", "WARN");
                stopping.close();
                if (restart == 0) {
                    one = server("one", onePort);
                } else {
                    other = server("other", otherPort);
                }
                Thread.sleep(A_WHILE);
            }
            for (CompletableFuture<Void> stream : streams) {
                stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            stopped = true;
            for (Thread thread : load) {
                assertThat(thread.join(PATIENCE)).isTrue();
            }
            System.out.printf("Rolling restarts: %,d calls, %d failed%n", calls.get(), failures.size());
            assertThat(failures)
                    .as("of %d calls; nginx: %s", calls.get(), balancer.log())
                    .isEmpty();
            assertThat(calls.get()).isGreaterThan(1000);
        } finally {
            stopped = true;
            one.close();
            other.close();
        }
    }

    private ServerProcess server(String name, int port) throws Exception {
        return ServerProcess.run(
                        folder.resolve(name),
                        Map.of(
                                "AGYN_HTTP_PORT", Integer.toString(port),
                                "AGYN_HTTP_TRUSTED_PROXIES", "127.0.0.1",
                                "AGYN_DATABASE_URL", postgres.jdbcUrl(),
                                "AGYN_DATABASE_USERNAME", postgres.username(),
                                "AGYN_DATABASE_PASSWORD", postgres.password(),
                                "AGYN_KEYSET_FILE", keyset.toString()))
                .ready();
    }

    private List<Thread> load() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            String script = i % 4 == 0 ? "events=5;every=10ms" : "text=1";
            threads.add(Thread.startVirtualThread(() -> {
                while (!stopped) {
                    call(script);
                }
            }));
        }
        threads.add(Thread.startVirtualThread(() -> {
            while (!stopped) {
                api();
            }
        }));
        return threads;
    }

    /** A call of a model, which streams where its script has events. */
    private void call(String script) {
        boolean streams = script.startsWith("events");
        HttpRequest request = request("/v1/responses")
                .header("x-scripted", script)
                .POST(BodyPublishers.ofString("{\"model\":\"gpt\",\"stream\":" + streams + ",\"input\":\"hi\"}"))
                .build();
        send(request, body -> !streams || body.contains("response.completed"));
    }

    private void api() {
        send(request("/api/v1/me").build(), body -> body.contains("cluster_admin"));
    }

    private void send(HttpRequest request, Predicate<String> isWhole) {
        calls.incrementAndGet();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200 || !isWhole.test(response.body())) {
                failures.add(request.uri().getPath() + ": " + response.statusCode() + " " + response.body());
            }
        } catch (IOException e) {
            failures.add(request.uri().getPath() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(nginx.origin() + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    /** A model named gpt, of the scripted provider. */
    private void register(ServerProcess server) throws IOException {
        String organization = create(server, "organizations", Map.of("name", "Acme"));
        String llmProvider = create(
                server,
                "organizations/" + organization + "/llm-providers",
                Map.of(
                        "name", "provider",
                        "endpoint", provider.origin() + "/v1",
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token", "sk-of-the-provider"));
        create(
                server,
                "organizations/" + organization + "/models",
                Map.of("name", "gpt", "provider_id", llmProvider, "remote_model_name", "gpt-remote"));
    }

    private static String create(ServerProcess server, String path, Map<String, String> body) throws IOException {
        return server.request()
                .contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/" + path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
