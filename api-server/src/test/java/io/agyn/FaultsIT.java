package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.ReceivedCall;
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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two packaged servers on one database, while things change and break. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FaultsIT {
    private static final String OLD_KEY = "sk-old";
    private static final String NEW_KEY = "sk-new";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final int STREAMS = 100;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private ScriptedProvider provider;
    private EmbeddedPostgres postgres;
    private DatabaseLink link;
    private ServerProcess one;
    private ServerProcess other;
    private String admin;
    private String organization;
    private String secret;
    private String llmProvider;

    @BeforeEach
    void start() throws Exception {
        provider = ScriptedProvider.start();
        postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        link = new DatabaseLink(port());
        Keyset.create(folder.resolve("keys.json"));
        one = run("one").ready();
        other = run("other").ready();
        admin = one.token();
        organization = create("organizations", Map.of("name", "Acme"));
        secret = create(inOrganization("secrets"), Map.of("name", "key", "value", OLD_KEY));
        llmProvider = create(
                inOrganization("llm-providers"),
                Map.of(
                        "name", "provider",
                        "endpoint", provider.origin() + "/v1",
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token_secret_id", secret));
        create(
                inOrganization("models"),
                Map.of("name", "gpt", "provider_id", llmProvider, "remote_model_name", "gpt-remote"));
    }

    @AfterEach
    void stop() throws Exception {
        one.close();
        other.close();
        link.close();
        postgres.close();
        provider.close();
        http.close();
    }

    @Test
    void rotatedKeyAppliesToNewCallsButNotToOpenStreams() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            for (ServerProcess server : List.of(one, other)) {
                streams.add(http.sendAsync(
                        request(server, admin, "stream-" + i, "events=40;every=100ms", true), BodyHandlers.ofString()));
            }
        }
        await("all streams in flight")
                .atMost(PATIENCE)
                .until(() -> provider.received().stream()
                                .filter(call -> call.responseBytes() > 0)
                                .count()
                        == 2 * STREAMS);

        update(inOrganization("secrets/" + secret), Map.of("name", "key", "value", NEW_KEY));
        Thread.sleep(A_SECOND);
        for (ServerProcess server : List.of(one, other)) {
            for (int i = 0; i < 10; i++) {
                assertThat(call(server, admin, "after-" + i).statusCode()).isEqualTo(200);
            }
        }

        for (CompletableFuture<HttpResponse<String>> stream : streams) {
            assertThat(stream.join().statusCode()).isEqualTo(200);
            assertThat(stream.join().body()).contains("response.completed");
        }
        assertThat(keysOf("stream-")).containsExactly("Bearer " + OLD_KEY);
        assertThat(keysOf("after-")).containsExactly("Bearer " + NEW_KEY);
    }

    @Test
    void revokedTokenIsRejectedOnAllServersWithinOneSecond() throws Exception {
        for (boolean cut : List.of(false, true)) {
            Map<String, String> token = token();
            for (ServerProcess server : List.of(one, other)) {
                assertThat(call(server, token.get("token"), "before").statusCode())
                        .isEqualTo(200);
            }
            if (cut) {
                execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'agyn change feed'");
            }
            one.request().delete("/api/v1/api-tokens/" + token.get("id")).then().statusCode(204);
            Thread.sleep(A_SECOND);
            for (ServerProcess server : List.of(one, other)) {
                assertThat(call(server, token.get("token"), "after").statusCode())
                        .as("notifications cut: %s", cut)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void suspendedUserIsRejectedOnAllServersButOpenStreamsFinish() throws Exception {
        String user = user();
        String token = tokenOf(user);
        List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
        for (ServerProcess server : List.of(one, other)) {
            streams.add(http.sendAsync(
                    request(server, token, "in-flight", "events=40;every=100ms", true), BodyHandlers.ofString()));
        }
        await("both streams in flight")
                .atMost(PATIENCE)
                .until(() -> provider.received().stream()
                                .filter(call -> call.responseBytes() > 0)
                                .count()
                        == 2);

        update("users/" + user, user("suspended"));
        Thread.sleep(A_SECOND);
        for (ServerProcess server : List.of(one, other)) {
            assertThat(call(server, token, "after").statusCode()).isEqualTo(401);
            HttpRequest me = HttpRequest.newBuilder(server.address().resolve("/api/v1/me"))
                    .header("Authorization", "Bearer " + token)
                    .build();
            assertThat(http.send(me, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
        }
        for (CompletableFuture<HttpResponse<String>> stream : streams) {
            assertThat(stream.join().statusCode()).isEqualTo(200);
            assertThat(stream.join().body()).contains("response.completed");
        }
    }

    @Test
    void removedMemberIsRejectedOnAllServersWithinOneSecond() throws Exception {
        String user = user();
        String token = tokenOf(user);
        for (boolean cut : List.of(false, true)) {
            for (ServerProcess server : List.of(one, other)) {
                assertThat(call(server, token, "before").statusCode()).isEqualTo(200);
            }
            if (cut) {
                execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'agyn change feed'");
            }
            one.request()
                    .delete("/api/v1/" + inOrganization("members/" + user))
                    .then()
                    .statusCode(204);
            Thread.sleep(A_SECOND);
            for (ServerProcess server : List.of(one, other)) {
                assertThat(call(server, token, "after").statusCode())
                        .as("notifications cut: %s", cut)
                        .isEqualTo(404);
            }
            join(user);
            Thread.sleep(A_SECOND);
        }
    }

    @Test
    void modelOfADeletedProviderStopsResolvingWithinOneSecond() throws Exception {
        for (ServerProcess server : List.of(one, other)) {
            assertThat(call(server, admin, "before").statusCode()).isEqualTo(200);
        }
        one.request()
                .delete("/api/v1/" + inOrganization("llm-providers/" + llmProvider))
                .then()
                .statusCode(204);
        Thread.sleep(A_SECOND);
        for (ServerProcess server : List.of(one, other)) {
            HttpResponse<String> response = call(server, admin, "after");
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).contains("orphaned");
        }
    }

    @Test
    void serverWorksFromCacheDuringADatabaseOutageAndCatchesUp() throws Exception {
        String known = token().get("token");
        String unknown = token().get("token");
        assertThat(call(one, known, "0-before").statusCode()).isEqualTo(200);

        postgres.close();
        int calls = 0;
        long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
        while (System.nanoTime() < end) {
            assertThat(call(one, known, "0-down-" + calls++).statusCode()).isEqualTo(200);
            Thread.sleep(20);
        }
        HttpResponse<String> rejected = call(one, unknown, "1-unknown");
        assertThat(rejected.statusCode()).as(rejected.body()).isEqualTo(503);
        assertThat(rejected.headers().firstValue("retry-after")).isPresent();
        assertThat(rejected.body()).contains("\"code\":\"unavailable\"");

        postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        link.leadTo(port());
        int expected = calls + 1;
        await("all calls in the table")
                .atMost(PATIENCE)
                .until(() -> recorded("0-").size() == expected);
        assertThat(recorded("0-").values()).containsOnly(1);
        await("the other token known")
                .atMost(PATIENCE)
                .until(() -> call(one, unknown, "1-again").statusCode() == 200);
        update(inOrganization("secrets/" + secret), Map.of("name", "key", "value", NEW_KEY));
        Thread.sleep(A_SECOND);
        assertThat(call(one, known, "2-rotated").statusCode()).isEqualTo(200);
        assertThat(keysOf("2-")).containsExactly("Bearer " + NEW_KEY);
    }

    @Test
    void killedServerKeepsRecordsOlderThanASecond() throws Exception {
        ConcurrentMap<String, Long> ended = new ConcurrentHashMap<>();
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
            int number = caller;
            callers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; ; i++) {
                    String id = "kill-" + number + "-" + i;
                    try {
                        if (call(one, admin, id).statusCode() == 200) {
                            ended.put(id, System.nanoTime());
                        }
                    } catch (IOException e) {
                        return;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }));
        }
        Thread.sleep(Duration.ofSeconds(4));
        // Blocks loading, so that the usage is only in the spool.
        try (Connection connection = connect();
                Statement lock = connection.createStatement()) {
            connection.setAutoCommit(false);
            lock.execute("lock table usage_record in access exclusive mode");
            Thread.sleep(Duration.ofSeconds(3));
            one.kill();
        }
        long killed = System.nanoTime();
        for (Thread caller : callers) {
            caller.join();
        }
        Set<String> due = ended.entrySet().stream()
                .filter(call -> killed - call.getValue() > A_SECOND.toNanos())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(due).hasSizeGreaterThan(100);

        one.close();
        one = run("one").ready();
        await("all records in the table")
                .atMost(PATIENCE)
                .until(() -> recorded("kill-").keySet().containsAll(due));
        assertThat(recorded("kill-").values()).containsOnly(1);
    }

    @Test
    void slowDatabaseDoesNotSlowCalls() throws Exception {
        // By now the servers have read the set-up's changes, so these do not invalidate the route of "before".
        Thread.sleep(A_SECOND);
        assertThat(call(one, admin, "before").statusCode()).isEqualTo(200);
        try (Connection connection = connect();
                Statement lock = connection.createStatement()) {
            connection.setAutoCommit(false);
            lock.execute("lock table usage_record, api_token, model, llm_provider, secret in access exclusive mode");
            List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 200)
                    .mapToObj(i -> http.sendAsync(request(one, admin, "slow-" + i, "", false), BodyHandlers.ofString()))
                    .toList();
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(response.join().statusCode()).isEqualTo(200);
            }
        }
        await("all calls in the table")
                .atMost(PATIENCE)
                .until(() -> recorded("slow-").size() == 200);
    }

    private ServerProcess run(String name) throws IOException {
        Map<String, String> variables = new HashMap<>(Map.of(
                "AGYN_DATABASE_URL", "postgresql://127.0.0.1:" + link.port() + "/postgres",
                "AGYN_DATABASE_USERNAME", postgres.username(),
                "AGYN_DATABASE_PASSWORD", postgres.password(),
                "AGYN_KEYSET_FILE", folder.resolve("keys.json").toString()));
        return ServerProcess.run(folder.resolve(name), variables);
    }

    private HttpResponse<String> call(ServerProcess server, String token, String id)
            throws IOException, InterruptedException {
        return http.send(request(server, token, id, "", false), BodyHandlers.ofString());
    }

    private static HttpRequest request(ServerProcess server, String token, String id, String script, boolean stream) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.address().resolve("/v1/responses"))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("X-Request-Id", id)
                .POST(BodyPublishers.ofString("{\"model\":\"gpt\",\"stream\":" + stream + ",\"input\":\"hi\"}"));
        return (script.isEmpty() ? request : request.header("x-scripted", script)).build();
    }

    private Set<String> keysOf(String ids) {
        return provider.received().stream()
                .filter(call -> call.values("x-request-id").getFirst().startsWith(ids))
                .map(ReceivedCall::headers)
                .flatMap(List::stream)
                .filter(header -> header.name().equalsIgnoreCase("authorization"))
                .map(header -> header.value())
                .collect(Collectors.toSet());
    }

    private Map<String, Integer> recorded(String ids) throws SQLException {
        try (Connection connection = connect();
                Statement query = connection.createStatement();
                ResultSet rows =
                        query.executeQuery("select request_id, count(*) from usage_record where request_id like '" + ids
                                + "%' group by request_id")) {
            Map<String, Integer> counts = new HashMap<>();
            while (rows.next()) {
                counts.put(rows.getString(1), rows.getInt(2));
            }
            return counts;
        }
    }

    private Map<String, String> token() throws IOException {
        var response = one.request()
                .contentType(ContentType.JSON)
                .body(Map.of("description", "of " + UUID.randomUUID()))
                .post("/api/v1/api-tokens")
                .then()
                .statusCode(201)
                .extract();
        return Map.of("id", response.path("id"), "token", response.path("token"));
    }

    /** The id of a user who is a member of the organization. */
    private String user() throws IOException {
        String id = create("users", user("active"));
        join(id);
        return id;
    }

    private static Map<String, String> user(String state) {
        return Map.of("name", "Agents", "email", "agents@acme.example", "role", "user", "state", state);
    }

    private void join(String user) throws IOException {
        one.request()
                .contentType(ContentType.JSON)
                .body(Map.of("user_id", user, "role", "member"))
                .post("/api/v1/" + inOrganization("members"))
                .then()
                .statusCode(201);
    }

    private String tokenOf(String user) throws IOException {
        return one.request()
                .contentType(ContentType.JSON)
                .body(Map.of("description", "theirs", "user_id", user))
                .post("/api/v1/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }

    private String create(String path, Map<String, String> body) throws IOException {
        return one.request()
                .contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/" + path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private void update(String path, Map<String, String> body) throws IOException {
        one.request()
                .contentType(ContentType.JSON)
                .body(body)
                .put("/api/v1/" + path)
                .then()
                .statusCode(200);
    }

    private String inOrganization(String path) {
        return "organizations/" + organization + "/" + path;
    }

    private int port() {
        return URI.create(postgres.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
