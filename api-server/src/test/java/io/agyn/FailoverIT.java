package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.Standby;
import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server on a primary that hangs and a standby that is promoted. */
@Timeout(120)
class FailoverIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void noCallFailsAndWritesComeBackSoonWhenThePrimaryHangs() throws Exception {
        EmbeddedPostgres primary = EmbeddedPostgres.on(folder);
        primary.start();
        primary.close();
        Keyset.create(folder.resolve("keys.json"));
        List<ProcessHandle> stopped = new ArrayList<>();
        try (ScriptedProvider provider = ScriptedProvider.start();
                HttpClient http = HttpClient.newHttpClient();
                Standby standby = Standby.copyOf(folder, primary, folder.resolve("standby"))) {
            primary = EmbeddedPostgres.on(folder);
            primary.start();
            standby.follow(primary);
            String hosts = "127.0.0.1:%d,127.0.0.1:%s"
                    .formatted(standby.port(), primary.jdbcUrl().replaceAll(".*:([0-9]+)/.*", "$1"));
            try (ServerProcess server = ServerProcess.run(
                            folder.resolve("server"),
                            Map.of(
                                    "AGYN_DATABASE_URL", "postgresql://" + hosts + "/postgres",
                                    "AGYN_DATABASE_USERNAME", primary.username(),
                                    "AGYN_DATABASE_PASSWORD", primary.password(),
                                    "AGYN_KEYSET_FILE",
                                            folder.resolve("keys.json").toString()))
                    .ready()) {
                String organization = create(server, "organizations", Map.of("name", "Acme"));
                String below = "organizations/" + organization + "/";
                String secret = create(server, below + "secrets", Map.of("name", "key", "value", "sk-key"));
                String llmProvider = create(
                        server,
                        below + "llm-providers",
                        Map.of(
                                "name", "provider",
                                "endpoint", provider.origin() + "/v1",
                                "protocol", "responses",
                                "auth_method", "bearer",
                                "token_secret_id", secret));
                create(
                        server,
                        below + "models",
                        Map.of("name", "gpt", "provider_id", llmProvider, "remote_model_name", "m"));
                Thread.sleep(Duration.ofSeconds(1));

                AtomicBoolean isOver = new AtomicBoolean();
                AtomicInteger calls = new AtomicInteger();
                AtomicInteger failed = new AtomicInteger();
                AtomicLong slowest = new AtomicLong();
                List<Thread> callers = Stream.generate(() -> Thread.ofVirtual().start(() -> {
                            while (!isOver.get()) {
                                long start = System.nanoTime();
                                if (call(http, server) != 200) {
                                    failed.incrementAndGet();
                                }
                                calls.incrementAndGet();
                                slowest.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
                            }
                        }))
                        .limit(4)
                        .toList();
                AtomicBoolean writing = new AtomicBoolean(true);
                // Like a running terraform apply: each write invalidates the route.
                Thread writer = Thread.ofVirtual().start(() -> {
                    for (int i = 0; writing.get(); i++) {
                        write(server, below + "secrets/" + secret, i);
                    }
                });
                Thread.sleep(Duration.ofSeconds(2));

                stopped.add(primary.postmaster());
                stopped.addAll(primary.postmaster().descendants().toList());
                signal("STOP", stopped);
                long start = System.nanoTime();
                Thread.sleep(Duration.ofSeconds(3));
                assertThat(server.request().get("/q/health/ready").statusCode()).isEqualTo(503);
                standby.promote();
                writing.set(false);
                writer.join();
                await("ready")
                        .atMost(PATIENCE)
                        .until(() -> server.request().get("/q/health/ready").statusCode() == 200);
                await("writes").atMost(PATIENCE).until(() -> write(server, below + "secrets/" + secret, -1) == 200);
                Duration outage = Duration.ofNanos(System.nanoTime() - start);
                Thread.sleep(Duration.ofSeconds(1));
                isOver.set(true);
                for (Thread caller : callers) {
                    caller.join();
                }
                System.out.printf(
                        "Failover of a hung primary: %,d calls, %d failed, the slowest took %,d ms; writes were back after"
                                + " %,d ms.%n",
                        calls.get(), failed.get(), slowest.get(), outage.toMillis());
                assertThat(failed).hasValue(0);
                assertThat(slowest).hasValueLessThan(3_000);
                assertThat(outage).isLessThan(Duration.ofSeconds(20));
            } finally {
                signal("CONT", stopped);
            }
        } finally {
            primary.close();
        }
    }

    private static int call(HttpClient http, ServerProcess server) {
        try {
            return http.send(
                            HttpRequest.newBuilder(server.address().resolve("/v1/responses"))
                                    .timeout(PATIENCE)
                                    .header("Authorization", "Bearer " + server.token())
                                    .POST(BodyPublishers.ofString("{\"model\":\"gpt\",\"input\":\"hi\"}"))
                                    .build(),
                            BodyHandlers.ofString())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int write(ServerProcess server, String path, int number) {
        try {
            return server.request()
                    .contentType(ContentType.JSON)
                    .body(Map.of("name", "key", "description", "number " + number))
                    .put("/api/v1/" + path)
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
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

    private static void signal(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        if (!processes.isEmpty()) {
            List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
            processes.forEach(process -> command.add(Long.toString(process.pid())));
            assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
        }
    }
}
