package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under writes, servers and databases are killed (SIGKILL), and nothing is lost, done twice, or half-done. */
class KilledIT {
    private static final int SERVER_KILLS = 20;
    private static final int POSTGRES_KILLS = 10;
    private static final int WRITERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    /** The names of secrets by the Idempotency-Keys that they were asked for with, and answered. */
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    /** The keys of those that nothing was answered to. */
    private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

    private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
    private String token;
    private String organization;

    @BeforeEach
    void prepare() throws Exception {
        try (ServerProcess server = server()) {
            token = server.token();
            organization = server.request()
                    .contentType("application/json")
                    .body(Map.of("name", "Acme"))
                    .post("/api/v1/organizations")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
        }
    }

    @Test
    void killedServersLoseNothingThatWasAcknowledged() throws Exception {
        for (int kill = 0; kill < SERVER_KILLS; kill++) {
            int before = acknowledged.size();
            ServerProcess server = server();
            URI address = server.baseUrl();
            List<Thread> writers = writers(() -> {
                String key = UUID.randomUUID().toString();
                try {
                    take(key, create(address, key));
                    return true;
                } catch (IOException e) {
                    unanswered.add(key);
                    return false;
                }
            });
            while (acknowledged.size() == before) {
                Thread.sleep(10);
            }
            Thread.sleep(ThreadLocalRandom.current().nextLong(300));
            server.kill();
            join(writers);
            server.close();
        }

        try (ServerProcess server = server()) {
            for (String key : unanswered) {
                take(key, create(server.baseUrl(), key));
            }
            assertAllThereOnce(server);
        }
    }

    @Test
    void whatIsAskedForAgainWhileDatabasesAreKilledIsMadeOnce() throws Exception {
        try (ServerProcess server = server()) {
            URI address = server.baseUrl();
            Instant[] end = {Instant.MAX};
            List<Thread> writers = writers(() -> {
                String key = UUID.randomUUID().toString();
                Instant deadline = Instant.now().plus(PATIENCE);
                HttpResponse<String> answer = create(address, key);
                while (answer.statusCode() >= 500 && Instant.now().isBefore(deadline)) {
                    Thread.sleep(50);
                    answer = create(address, key);
                }
                take(key, answer);
                return Instant.now().isBefore(end[0]);
            });
            for (int kill = 0; kill < POSTGRES_KILLS; kill++) {
                int before = acknowledged.size();
                while (acknowledged.size() < before + 2 * WRITERS) {
                    assertThat(refused).isEmpty();
                    Thread.sleep(10);
                }
                ProcessHandle postmaster = server.postmaster();
                postmaster.destroyForcibly();
                postmaster.onExit().join();
                Thread.sleep(ThreadLocalRandom.current().nextLong(300));
            }
            end[0] = Instant.now();
            join(writers);
            assertAllThereOnce(server);
        }
    }

    /** Each secret once, each with its event, and the audit log's chains whole. */
    private void assertAllThereOnce(ServerProcess server) throws Exception {
        assertThat(refused).isEmpty();
        assertThat(acknowledged.size()).isGreaterThan(SERVER_KILLS);
        List<String> names = list(server, "secrets", "items.name");
        assertThat(names).containsExactlyInAnyOrderElementsOf(new TreeSet<>(acknowledged.values()));
        List<String> events = list(server, "audit-events", "items.resource_id");
        assertThat(events).containsExactlyInAnyOrderElementsOf(list(server, "secrets", "items.id"));
        try (ServerProcess verify = ServerProcess.run(folder, Map.of(), "audit", "verify")) {
            assertThat(verify.exitCode()).as(verify.errors()).isZero();
        }
    }

    private interface Write {
        /** Writes once; whether to go on. */
        boolean run() throws IOException, InterruptedException;
    }

    private static List<Thread> writers(Write write) {
        List<Thread> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            writers.add(Thread.ofVirtual().start(() -> {
                try {
                    while (write.run()) {
                        // The next one.
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        return writers;
    }

    private static void join(List<Thread> writers) throws InterruptedException {
        for (Thread writer : writers) {
            assertThat(writer.join(PATIENCE)).as("the writer has ended").isTrue();
        }
    }

    private HttpResponse<String> create(URI address, String key) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(address + "/api/v1/organizations/" + organization + "/secrets"))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"name\":\"secret-%s\",\"value\":\"v\"}".formatted(key)))
                        .build(),
                BodyHandlers.ofString());
    }

    private void take(String key, HttpResponse<String> answer) {
        if (answer.statusCode() == 201) {
            acknowledged.put(key, "secret-" + key);
        } else {
            refused.add(answer.statusCode() + " " + answer.body());
        }
    }

    private List<String> list(ServerProcess server, String collection, String path) throws IOException {
        List<String> found = new ArrayList<>();
        String next = null;
        do {
            Response page = server.request()
                    .queryParams(next == null ? Map.of() : Map.of("page_token", next))
                    .get("/api/v1/organizations/" + organization + "/" + collection + "?page_size=1000");
            page.then().statusCode(200);
            found.addAll(page.jsonPath().getList(path));
            next = page.path("next_page_token");
        } while (next != null);
        return found;
    }

    private ServerProcess server() throws IOException, InterruptedException {
        return ServerProcess.run(folder, Map.of()).ready();
    }
}
