package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Several writers that create secrets in an organization, and their responses. */
final class SecretWrites {
    /** How many write at once. */
    static final int WRITERS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String token;
    private final String organization;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Queue<String> rejected = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** Writes into a new organization, on behalf of a server's first cluster admin. */
    SecretWrites(ServerProcess server) {
        token = server.token();
        organization = server.create("organizations", Map.of("name", "Acme"));
    }

    /** One writer's next write. */
    interface Write {
        /** Writes once, and returns whether to continue. */
        boolean run() throws IOException, InterruptedException;
    }

    /** Starts the writers. */
    List<Thread> start(Write write) {
        List<Thread> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            writers.add(Thread.ofVirtual().start(() -> {
                try {
                    while (write.run()) {
                        // The next one.
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (Throwable e) {
                    // Otherwise it would end the thread silently.
                    failures.add(e);
                }
            }));
        }
        return writers;
    }

    /** Waits for all writers, which must succeed. */
    void join(List<Thread> writers) throws InterruptedException {
        for (Thread writer : writers) {
            assertThat(writer.join(PATIENCE)).as("the writer has ended").isTrue();
        }
        assertThat(failures).isEmpty();
    }

    /** Creates a secret with a name derived from the Idempotency-Key. */
    HttpResponse<String> create(URI server, String key) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(server.resolve("/api/v1/organizations/" + organization + "/secrets"))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"name\":\"%s\",\"value\":\"v\"}".formatted(name(key))))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Remembers the last response for an idempotency key. */
    void take(String key, HttpResponse<String> response) {
        if (response.statusCode() == 201) {
            acknowledged.add(name(key));
        } else {
            rejected.add(response.statusCode() + " " + response.body());
        }
    }

    /** How many secrets were acknowledged. */
    int acknowledged() {
        return acknowledged.size();
    }

    /** No write failed permanently; each secret exists once, with its event, and the audit log's chains are intact. */
    void assertAllThereOnce(ServerProcess server, ServerCommands commands) throws Exception {
        assertThat(rejected).isEmpty();
        assertThat(list(server, "secrets", "items.name"))
                .containsExactlyInAnyOrderElementsOf(new TreeSet<>(acknowledged));
        assertThat(list(server, "audit-events", "items.resource_id"))
                .containsExactlyInAnyOrderElementsOf(list(server, "secrets", "items.id"));
        commands.succeed("audit", "verify");
    }

    private static String name(String key) {
        return "secret-" + key;
    }

    private List<String> list(ServerProcess server, String collection, String path) {
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
}
