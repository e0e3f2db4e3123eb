package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The encryption keys of two packaged servers are rotated while both are called and written to. Each server has its copy of
 * the keyset, and receives a new one later than the other, as on two machines.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KeyRotationIT {
    // Enough rows to kill a rewrap before its end.
    private static final int MANY = 40_000;
    private static final int WRITERS = 4;

    @TempDir
    private Path folder;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final List<Written> written = new ArrayList<>();
    private volatile boolean stopped;
    private Cluster cluster;
    private ServerCommands commands;
    private Path keyset;
    private Path copy;
    private Organization organization;

    @BeforeEach
    void start() throws Exception {
        keyset = folder.resolve("keys.json");
        copy = folder.resolve("copy.json");
        Keyset.create(keyset);
        Files.copy(keyset, copy);
        cluster = Cluster.in(folder)
                .withAnotherServer(Map.of("AGYN_KEYSET_FILE", copy.toString()))
                .start();
        commands = cluster.commands();
        organization = cluster.organization();
    }

    @AfterEach
    void stop() throws Exception {
        stopped = true;
        cluster.close();
    }

    @Test
    void rotationUnderLoadFailsNoCallAndLosesNoWrite() throws Exception {
        String old = Keyset.load(keyset).primary().toString();
        fill(old);
        List<Thread> load = load();
        Thread.sleep(Duration.ofSeconds(2));

        String fresh = found("Added key (\\d+) to ", commands.succeed("keyset", "add"));
        assertThat(commands.rejected("keyset", "promote", fresh))
                .isEqualTo("1 of 2 running servers do not have key " + fresh + " yet: deploy the file " + keyset
                        + " to them, and run this again.\n");
        distribute();
        commands.succeed("keyset", "promote", fresh);
        // Meanwhile one server encrypts with the new key, and the other with the old one.
        await("a row with the new key")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> count(fresh) > 0);
        assertThat(commands.rejected("keyset", "rewrap"))
                .startsWith("1 of 2 running servers encrypt with another key than " + fresh);
        distribute();
        assertThat(commands.rejected("keyset", "retire", old))
                .startsWith("Key " + old + " is still needed (secret values: ")
                .endsWith("): run \"keyset rewrap\" first.\n");

        try (ServerProcess rewrap = commands.run("keyset", "rewrap")) {
            await("progress")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> rewrap.output().contains("Encrypted "));
            rewrap.kill();
        }
        assertThat(count(old)).as("killed before the end").isPositive();
        assertThat(count(fresh)).as("killed after the start").isGreaterThanOrEqualTo(500);
        assertThat(commands.succeed("keyset", "rewrap"))
                .contains("Encrypted ", " rows with key " + fresh)
                .endsWith("All rows are encrypted with key " + fresh + ".\n");
        assertThat(count(old)).isZero();

        commands.succeed("keyset", "retire", old);
        distribute();
        assertThat(Keyset.load(keyset).keys()).hasToString("[" + fresh + "]");
        Thread.sleep(Duration.ofSeconds(3));
        stopped = true;
        for (Thread thread : load) {
            thread.join();
        }

        assertThat(failures).isEmpty();
        assertThat(calls.get()).isGreaterThan(200);
        assertThat(count(old)).isZero();
        assertNothingIsLost();
        cluster.restart(0);
        assertNothingIsLost();
        for (ServerProcess server : cluster.servers()) {
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void responseIsRetrievedUntilItsFingerprintKeyIsRetired() throws Exception {
        String id = new JsonObject(cluster.caller().response("stored").body()).getString("id");
        assertRetrieved(id, 200);

        String old = Keyset.load(keyset).primary(KeyPurpose.FINGERPRINT).toString();
        String fresh = found("Added key (\\d+) to ", commands.succeed("keyset", "add", "fingerprint"));
        distribute();
        commands.succeed("keyset", "promote", fresh);
        distribute();
        commands.succeed("keyset", "rewrap");
        restart();
        assertRetrieved(id, 200);

        commands.succeed("keyset", "retire", old);
        distribute();
        restart();
        assertRetrieved(id, 404);
    }

    /** Empties the servers' caches. */
    private void restart() throws Exception {
        cluster.restart(0);
        cluster.restart(1);
    }

    private void assertRetrieved(String id, int status) throws Exception {
        for (ModelCaller caller : cluster.callers(cluster.server().token())) {
            assertThat(caller.retrieve(id)).isEqualTo(status);
        }
    }

    /** Secrets whose values change continuously, each with a model that sends the value. */
    private List<Thread> load() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            ServerProcess server = cluster.server();
            Written mine = new Written(
                    "w" + i, server.create(organization.path("secrets"), Map.of("name", "w" + i, "value", "sk-0")));
            written.add(mine);
            String llmProvider = server.create(
                    organization.path("llm-providers"),
                    Map.of(
                            "name",
                            mine.name,
                            "endpoint",
                            cluster.provider().origin() + "/v1",
                            "protocol",
                            "responses",
                            "auth_method",
                            "bearer",
                            "token_secret_id",
                            mine.secret));
            server.create(
                    organization.path("models"),
                    Map.of("name", mine.name, "provider_id", llmProvider, "remote_model_name", "remote"));
            threads.add(Thread.ofVirtual().start(() -> repeat(mine, this::write)));
            threads.add(Thread.ofVirtual().start(() -> repeat(mine, this::call)));
        }
        return threads;
    }

    private interface Work {
        void on(ServerProcess server, Written secret, int turn) throws IOException, InterruptedException;
    }

    private void repeat(Written secret, Work work) {
        for (int turn = 1; !stopped; turn++) {
            try {
                work.on(cluster.server(turn % 2), secret, turn);
                Thread.sleep(10);
            } catch (IOException e) {
                failures.add(e.toString());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void write(ServerProcess server, Written secret, int turn) throws IOException, InterruptedException {
        // Every third keeps the value, which the server re-encrypts.
        boolean keeps = turn % 3 == 0;
        String value = "sk-" + secret.name + "-" + turn;
        String body = keeps
                ? "{\"name\":\"%s\"}".formatted(secret.name)
                : "{\"name\":\"%s\",\"value\":\"%s\"}".formatted(secret.name, value);
        HttpRequest request = HttpRequest.newBuilder(
                        server.address().resolve("/api/v1/" + organization.path("secrets/" + secret.secret)))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + cluster.server().token())
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = ModelCaller.HTTP.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            failures.add("write: " + response.statusCode() + " " + response.body());
        } else if (!keeps) {
            secret.value = value;
            secret.version++;
        }
    }

    private void call(ServerProcess server, Written secret, int turn) throws IOException, InterruptedException {
        call(server, secret, secret.name + "-load-" + turn);
    }

    private void call(ServerProcess server, Written secret, String id) throws IOException, InterruptedException {
        HttpResponse<String> response = cluster.caller(server, cluster.server().token())
                .withModel(secret.name)
                .response(id);
        calls.incrementAndGet();
        if (response.statusCode() != 200) {
            failures.add("call: " + response.statusCode() + " " + response.body());
        }
    }

    private void assertNothingIsLost() throws Exception {
        // The last write takes effect on every server.
        Thread.sleep(Duration.ofSeconds(1));
        for (Written secret : written) {
            for (ServerProcess server : cluster.servers()) {
                String id = "last-" + UUID.randomUUID();
                call(server, secret, id);
                assertThat(cluster.credentialsSent(id)).containsExactly("Bearer " + secret.value);
            }
            cluster.server()
                    .request()
                    .get("/api/v1/" + organization.path("secrets/" + secret.secret))
                    .then()
                    .statusCode(200)
                    .body("version", equalTo(secret.version));
        }
        assertThat(failures).isEmpty();
    }

    private void fill(String key) throws SQLException, GeneralSecurityException {
        Keyset keys = Keyset.load(keyset);
        try (Connection connection = cluster.database().connect();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into secret (id, organization_id, name, storage, value_ciphertext, version,"
                                + " fingerprint, created_at, updated_at) values (?, ?::uuid, ?, 'local', ?, 1, repeat('0',"
                                + " 32), now(), now())")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < MANY; i++) {
                UUID id = UUID.randomUUID();
                byte[] context =
                        "%s/secret/%s/value".formatted(organization.id(), id).getBytes(UTF_8);
                insert.setObject(1, id);
                insert.setString(2, organization.id());
                insert.setString(3, "filler-" + i);
                insert.setBytes(4, keys.aead().encrypt("sk-filler".getBytes(UTF_8), context));
                insert.addBatch();
                if (i % 1000 == 999) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
            connection.commit();
        }
        // With that of the seeded organization.
        assertThat(count(key)).isEqualTo(MANY + 1);
    }

    /** How many secrets are encrypted with a key. */
    private long count(String key) throws SQLException {
        return cluster.database()
                .number("select count(*) from secret where encode(substring(value_ciphertext from 2 for 4), 'hex')"
                        + " = lpad(to_hex(" + key + "), 8, '0')");
    }

    /** Copies the keyset to the other machine. */
    private void distribute() throws IOException {
        Path draft = Files.copy(keyset, folder.resolve("draft.json"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(draft, copy, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    /** A secret and its last acknowledged value. */
    private static final class Written {
        private final String name;
        private final String secret;
        private volatile String value = "sk-0";
        private volatile int version = 1;

        private Written(String name, String secret) {
            this.name = name;
            this.secret = secret;
        }
    }
}
