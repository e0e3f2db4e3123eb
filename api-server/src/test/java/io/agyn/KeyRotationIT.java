package io.agyn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    // Enough rows to kill a rewrap before its end.
    private static final int MANY = 40_000;
    private static final int WRITERS = 4;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final List<Written> written = new ArrayList<>();
    private volatile boolean stopped;
    private ScriptedProvider provider;
    private EmbeddedPostgres postgres;
    private Path keyset;
    private Path copy;
    private ServerProcess one;
    private ServerProcess other;
    private String admin;
    private String organization;

    @BeforeEach
    void start() throws Exception {
        provider = ScriptedProvider.start();
        postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        keyset = folder.resolve("keys.json");
        copy = folder.resolve("copy.json");
        Keyset.create(keyset);
        Files.copy(keyset, copy);
        one = run("one", keyset).ready();
        other = run("other", copy).ready();
        admin = one.token();
        organization = create("/api/v1/organizations", Map.of("name", "Acme"));
    }

    @AfterEach
    void stop() throws Exception {
        stopped = true;
        one.close();
        other.close();
        postgres.close();
        provider.close();
        http.close();
    }

    @Test
    void rotationUnderLoadFailsNoCallAndLosesNoWrite() throws Exception {
        String old = Keyset.load(keyset).primary().toString();
        fill(old);
        List<Thread> load = load();
        Thread.sleep(Duration.ofSeconds(2));

        String fresh = found("Added key (\\d+) to ", succeed("keyset", "add"));
        assertThat(rejected("keyset", "promote", fresh))
                .isEqualTo("1 of 2 running servers do not have key " + fresh + " yet: deploy the file " + keyset
                        + " to them, and run this again.\n");
        distribute();
        succeed("keyset", "promote", fresh);
        // Meanwhile one server encrypts with the new key, and the other with the old one.
        await("a row with the new key")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> count(fresh) > 0);
        assertThat(rejected("keyset", "rewrap"))
                .startsWith("1 of 2 running servers encrypt with another key than " + fresh);
        distribute();
        assertThat(rejected("keyset", "retire", old))
                .startsWith("Key " + old + " is still needed (secret values: ")
                .endsWith("): run \"keyset rewrap\" first.\n");

        try (ServerProcess rewrap = command("keyset", "rewrap")) {
            await("progress")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> rewrap.output().contains("Encrypted "));
            rewrap.kill();
        }
        assertThat(count(old)).as("killed before the end").isPositive();
        assertThat(count(fresh)).as("killed after the start").isGreaterThanOrEqualTo(500);
        assertThat(succeed("keyset", "rewrap"))
                .contains("Encrypted ", " rows with key " + fresh)
                .endsWith("All rows are encrypted with key " + fresh + ".\n");
        assertThat(count(old)).isZero();

        succeed("keyset", "retire", old);
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
        one.close();
        one = run("one", keyset).ready();
        assertNothingIsLost();
        for (ServerProcess server : List.of(one, other)) {
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    /** Secrets whose values change continuously, each with a model that sends the value. */
    private List<Thread> load() throws IOException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Written mine =
                    new Written("w" + i, create(inOrganization("secrets"), Map.of("name", "w" + i, "value", "sk-0")));
            written.add(mine);
            String llmProvider = create(
                    inOrganization("llm-providers"),
                    Map.of(
                            "name",
                            mine.name,
                            "endpoint",
                            provider.origin() + "/v1",
                            "protocol",
                            "responses",
                            "auth_method",
                            "bearer",
                            "token_secret_id",
                            mine.secret));
            create(
                    inOrganization("models"),
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
                work.on(turn % 2 == 0 ? one : other, secret, turn);
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
        HttpResponse<String> response = http.send(
                request(server, inOrganization("secrets/" + secret.secret))
                        .PUT(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
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
        HttpResponse<String> response = http.send(
                request(server, "/v1/responses")
                        .header("X-Request-Id", id)
                        .POST(BodyPublishers.ofString("{\"model\":\"" + secret.name + "\",\"input\":\"hi\"}"))
                        .build(),
                BodyHandlers.ofString());
        calls.incrementAndGet();
        if (response.statusCode() != 200) {
            failures.add("call: " + response.statusCode() + " " + response.body());
        }
    }

    private void assertNothingIsLost() throws Exception {
        // The last write takes effect on every server.
        Thread.sleep(Duration.ofSeconds(1));
        for (Written secret : written) {
            for (ServerProcess server : List.of(one, other)) {
                String id = "last-" + UUID.randomUUID();
                call(server, secret, id);
                assertThat(keyOf(id)).isEqualTo("Bearer " + secret.value);
            }
            JsonPath read = one.request()
                    .get(inOrganization("secrets/" + secret.secret))
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            assertThat(read.getInt("version")).isEqualTo(secret.version);
        }
        assertThat(failures).isEmpty();
    }

    private String keyOf(String id) {
        return provider.received().stream()
                .filter(call -> call.values("x-request-id").contains(id))
                .map(ReceivedCall::headers)
                .flatMap(List::stream)
                .filter(header -> header.name().equalsIgnoreCase("authorization"))
                .map(header -> header.value())
                .findFirst()
                .orElseThrow();
    }

    private void fill(String key) throws SQLException, GeneralSecurityException {
        Keyset keys = Keyset.load(keyset);
        try (Connection connection = connect();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into secret (id, organization_id, name, storage, value_ciphertext, version, fingerprint,"
                                + " created_at, updated_at) values (?, ?::uuid, ?, 'local', ?, 1, repeat('0', 32), now(),"
                                + " now())")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < MANY; i++) {
                UUID id = UUID.randomUUID();
                byte[] context =
                        "%s/secret/%s/value".formatted(organization, id).getBytes(UTF_8);
                insert.setObject(1, id);
                insert.setString(2, organization);
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
        assertThat(count(key)).isEqualTo(MANY);
    }

    /** How many secrets are encrypted with a key. */
    private long count(String key) throws SQLException {
        try (Connection connection = connect();
                Statement query = connection.createStatement();
                ResultSet row = query.executeQuery("select count(*) from secret where encode(substring(value_ciphertext"
                        + " from 2 for 4), 'hex') = lpad(to_hex(" + key + "), 8, '0')")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Copies the keyset to the other machine. */
    private void distribute() throws IOException {
        Path draft = Files.copy(keyset, folder.resolve("draft.json"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(draft, copy, StandardCopyOption.ATOMIC_MOVE);
    }

    private String succeed(String... arguments) throws Exception {
        try (ServerProcess command = command(arguments)) {
            assertThat(command.exitCode()).as(command.errors()).isZero();
            assertThat(command.errors()).isEmpty();
            return command.output();
        }
    }

    private String rejected(String... arguments) throws Exception {
        try (ServerProcess command = command(arguments)) {
            assertThat(command.exitCode()).as(command.output()).isEqualTo(1);
            return command.errors();
        }
    }

    private ServerProcess command(String... arguments) throws IOException {
        return ServerProcess.run(folder.resolve("command"), variables(keyset), arguments);
    }

    private ServerProcess run(String name, Path keys) throws IOException {
        return ServerProcess.run(folder.resolve(name), variables(keys));
    }

    private Map<String, String> variables(Path keys) {
        return Map.of(
                "AGYN_DATABASE_URL", postgres.jdbcUrl(),
                "AGYN_DATABASE_USERNAME", postgres.username(),
                "AGYN_DATABASE_PASSWORD", postgres.password(),
                "AGYN_KEYSET_FILE", keys.toString());
    }

    private HttpRequest.Builder request(ServerProcess server, String path) {
        return HttpRequest.newBuilder(server.address().resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + admin)
                .header("Content-Type", "application/json");
    }

    private String create(String path, Map<String, String> body) throws IOException {
        return one.request()
                .contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String inOrganization(String path) {
        return "/api/v1/organizations/" + organization + "/" + path;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
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
