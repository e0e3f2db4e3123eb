package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Outages of the database, disk or network as callers see them; afterwards, everything works again. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class OutagesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration OUTAGE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void minuteOfDatabaseOutageLosesNoAcknowledgedWrite() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        Map<String, String> variables = outside(postgres);
        try (DatabaseLink link = new DatabaseLink(port(postgres))) {
            variables.put("AGYN_DATABASE_URL", "postgresql://127.0.0.1:" + link.port() + "/postgres");
            try (ServerProcess server =
                    ServerProcess.run(folder.resolve("server"), variables).ready()) {
                SecretWrites secrets = new SecretWrites(server);
                URI address = server.baseUrl();
                AtomicBoolean isOver = new AtomicBoolean();
                AtomicInteger rejections = new AtomicInteger();
                AtomicLong longest = new AtomicLong();
                List<Thread> writers = secrets.start(() -> {
                    String key = UUID.randomUUID().toString();
                    HttpResponse<String> response = timed(longest, () -> secrets.create(address, key));
                    while (response.statusCode() == 503) {
                        assertThat(response.headers().firstValue("retry-after")).hasValue("1");
                        rejections.incrementAndGet();
                        Thread.sleep(Duration.ofSeconds(1));
                        response = timed(longest, () -> secrets.create(address, key));
                    }
                    secrets.take(key, response);
                    return !isOver.get();
                });
                Thread.sleep(Duration.ofSeconds(2));
                postgres.close();
                Thread.sleep(OUTAGE);
                int before = secrets.acknowledged();
                assertThat(rejections).hasValueGreaterThan(SecretWrites.WRITERS);
                server.request().get("/q/health/ready").then().statusCode(503);
                postgres = EmbeddedPostgres.on(folder);
                postgres.start();
                link.leadTo(port(postgres));
                Instant back = Instant.now();
                await("writes again").atMost(PATIENCE).until(() -> secrets.acknowledged() > before);
                Duration recovery = Duration.between(back, Instant.now());
                await("ready")
                        .atMost(PATIENCE)
                        .until(() -> server.request().get("/q/health/ready").statusCode() == 200);
                isOver.set(true);
                secrets.join(writers);
                secrets.assertAllThereOnce(server, folder.resolve("server"), variables);
                tell(
                        "Database down: %,d writes acknowledged and kept, %,d rejected with 503, the longest after %,d ms;"
                                + " the first was acknowledged %,d ms after the database was back.",
                        secrets.acknowledged(), rejections.get(), longest.get(), recovery.toMillis());
            }
        } finally {
            postgres.close();
        }
    }

    @Test
    void exhaustedConnectionPoolGetsRetryAfter() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        Map<String, String> variables = outside(postgres);
        variables.put("AGYN_DATABASE_POOL_SIZE", "4");
        try (HttpClient http = HttpClient.newHttpClient();
                ServerProcess server =
                        ServerProcess.run(folder.resolve("server"), variables).ready()) {
            SecretWrites secrets = new SecretWrites(server);
            URI address = server.baseUrl();
            AtomicLong longest = new AtomicLong();
            List<CompletableFuture<HttpResponse<String>>> waiting;
            try (Connection connection = connect(postgres);
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("lock table secret in access exclusive mode");
                waiting = IntStream.range(0, 4)
                        .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                            try {
                                return secrets.create(address, "waiting-" + i);
                            } catch (IOException | InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        }))
                        .toList();
                await("all connections taken")
                        .atMost(PATIENCE)
                        .until(() ->
                                number(postgres, "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                                        == 4);
                for (int i = 0; i < 4; i++) {
                    String key = "rejected-" + i;
                    HttpResponse<String> rejection = timed(longest, () -> secrets.create(address, key));
                    assertThat(rejection.statusCode()).as(rejection.body()).isEqualTo(503);
                    assertThat(rejection.headers().firstValue("retry-after")).hasValue("1");
                    assertThat(rejection.body()).contains("\"code\":\"unavailable\"");
                }
                assertThat(waiting).noneMatch(CompletableFuture::isDone);
            }
            for (CompletableFuture<HttpResponse<String>> response : waiting) {
                assertThat(response.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode())
                        .isEqualTo(201);
            }
            for (int i = 0; i < 4; i++) {
                assertThat(secrets.create(address, "rejected-" + i).statusCode())
                        .isEqualTo(201);
            }
            tell("No connection free: a 503 after %,d ms at the latest.", longest.get());
        } finally {
            postgres.close();
        }
    }

    @Test
    void serversStartingTogetherCreateTablesAndFirstAdminOnce() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.on(folder);
        postgres.start();
        Map<String, String> variables = outside(postgres);
        List<ServerProcess> servers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                servers.add(ServerProcess.run(folder.resolve("server-" + i), variables));
            }
            for (ServerProcess server : servers) {
                server.ready();
            }
            assertThat(number(postgres, "select count(*) - count(distinct version) from flyway_schema_history"))
                    .isZero();
            assertThat(number(postgres, "select count(*) from flyway_schema_history where not success"))
                    .isZero();
            assertThat(number(postgres, "select count(*) from app_user")).isEqualTo(1);
            List<Path> tokens = Stream.of(0, 1, 2)
                    .map(i -> folder.resolve("server-" + i + "/admin-token"))
                    .filter(Files::exists)
                    .toList();
            assertThat(tokens).hasSize(1);
            String token = Files.readString(tokens.getFirst()).strip();
            for (ServerProcess server : servers) {
                assertThat(me(server, token)).isEqualTo(200);
            }
        } finally {
            for (ServerProcess server : servers) {
                server.close();
            }
            postgres.close();
        }
    }

    @Test
    void fullDiskLosesNoAcknowledgedWriteAndNoCall() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", disk.toString()),
                "needs the right to mount a file system, as root has it");
        try (ScriptedProvider provider = ScriptedProvider.start();
                HttpClient http = HttpClient.newHttpClient();
                ServerProcess server =
                        ServerProcess.run(disk.resolve("data"), Map.of()).ready()) {
            SecretWrites secrets = new SecretWrites(server);
            URI address = server.baseUrl();
            Call call = Call.of(server, provider);
            assertThat(call.send(http, "before")).isEqualTo(200);
            for (int i = 0; i < 20; i++) {
                secrets.take("before-" + i, secrets.create(address, "before-" + i));
            }

            Path filler = disk.resolve("filler");
            fill(filler);
            int rejections = 0;
            int calls = 0;
            Instant end = Instant.now().plusSeconds(20);
            // Each is larger than the free space of a table's page, so that new disk space is needed.
            for (int i = 0; Instant.now().isBefore(end); i++) {
                String key = "full-" + i;
                HttpResponse<String> response = secrets.create(address, key);
                if (response.statusCode() == 201) {
                    secrets.take(key, response);
                    fill(filler);
                } else {
                    assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
                    assertThat(response.headers().firstValue("retry-after")).isPresent();
                    rejections++;
                    Thread.sleep(200);
                }
                assertThat(call.send(http, "full-" + i)).isEqualTo(200);
                calls++;
            }
            assertThat(rejections).as("writes rejected since the disk is full").isPositive();

            Files.delete(filler);
            await("writes again").atMost(PATIENCE).until(() -> {
                HttpResponse<String> response = secrets.create(address, "after");
                if (response.statusCode() == 201) {
                    secrets.take("after", response);
                }
                return response.statusCode() == 201;
            });
            assertThat(call.send(http, "after")).isEqualTo(200);
            secrets.assertAllThereOnce(server, disk.resolve("data"), Map.of());
            tell(
                    "Disk full: %,d writes acknowledged and kept, %,d rejected with 503, %,d calls of models completed"
                            + " meanwhile.",
                    secrets.acknowledged(), rejections, calls);
        } finally {
            succeeds("umount", "--lazy", disk.toString());
        }
    }

    @Test
    void clockSetBackByADayLosesNoCallAndNoWrite() throws Exception {
        Path library = folder.resolve("clock.so");
        assumeTrue(
                succeeds("cc", "-shared", "-fPIC", "-o", library.toString(), "src/test/c/clock.c"),
                "needs a C compiler, to give the server a clock of its own");
        Path clock = setClock(Duration.ZERO);
        Map<String, String> variables = Map.of("LD_PRELOAD", library.toString(), "CLOCK_FILE", clock.toString());
        try (ScriptedProvider provider = ScriptedProvider.start();
                HttpClient http = HttpClient.newHttpClient();
                ServerProcess server =
                        ServerProcess.run(folder.resolve("server"), variables).ready()) {
            SecretWrites secrets = new SecretWrites(server);
            URI address = server.baseUrl();
            Call call = Call.of(server, provider);
            for (int i = 0; i < 30; i++) {
                secrets.take("before-" + i, secrets.create(address, "before-" + i));
            }
            assertThat(call.send(http, "before")).isEqualTo(200);

            setClock(Duration.ofDays(-1));
            await("the clock set back")
                    .atMost(PATIENCE)
                    .until(() -> token(server)
                                    .getString("created_at")
                                    .compareTo(Instant.now()
                                            .minus(Duration.ofHours(12))
                                            .toString())
                            < 0);
            assertThat(secrets.create(address, "before-0").statusCode())
                    .as("asked for again")
                    .isEqualTo(201);
            for (int i = 0; i < 30; i++) {
                secrets.take("after-" + i, secrets.create(address, "after-" + i));
            }
            JsonPath token = token(server);
            Call with = call.with(token.getString("token"));
            assertThat(with.send(http, "after")).isEqualTo(200);
            server.request()
                    .delete("/api/v1/api-tokens/" + token.getString("id"))
                    .then()
                    .statusCode(204);
            Thread.sleep(Duration.ofSeconds(1));
            assertThat(with.send(http, "revoked")).isEqualTo(401);
            await("both calls in the usage").atMost(PATIENCE).until(() -> call.recorded(server) == 2);
            secrets.assertAllThereOnce(server, folder.resolve("server"), Map.of());
        }
    }

    /** On a separate database, outside of the server. */
    private Map<String, String> outside(EmbeddedPostgres postgres) throws IOException {
        Path keyset = folder.resolve("keys.json");
        if (!Files.exists(keyset)) {
            Keyset.create(keyset);
        }
        return new HashMap<>(Map.of(
                "AGYN_DATABASE_URL", postgres.jdbcUrl(),
                "AGYN_DATABASE_USERNAME", postgres.username(),
                "AGYN_DATABASE_PASSWORD", postgres.password(),
                "AGYN_KEYSET_FILE", keyset.toString()));
    }

    /** A result for the report. */
    private static void tell(String sentence, Object... results) {
        System.out.println(sentence.formatted(results));
    }

    private interface Write {
        HttpResponse<String> run() throws IOException, InterruptedException;
    }

    private static HttpResponse<String> timed(AtomicLong longestMillis, Write write)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        HttpResponse<String> response = write.run();
        longestMillis.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
        return response;
    }

    /** Writes until the disk is full. */
    private static void fill(Path file) throws IOException {
        byte[] piece = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            // The disk is full.
        }
    }

    /** Sets the offset of the clock of the server and its database. */
    private Path setClock(Duration ahead) throws IOException {
        Path file = folder.resolve("clock");
        Path draft = Files.writeString(folder.resolve("clock.draft"), Long.toString(ahead.toSeconds()));
        return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static int port(EmbeddedPostgres postgres) {
        return URI.create(postgres.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    private static long number(EmbeddedPostgres postgres, String query) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static int me(ServerProcess server, String token) throws IOException {
        return RestAssured.given()
                .baseUri(server.baseUrl().toString())
                .header("Authorization", "Bearer " + token)
                .get("/api/v1/me")
                .statusCode();
    }

    private static JsonPath token(ServerProcess server) throws IOException {
        return server.request()
                .contentType(ContentType.JSON)
                .body(Map.of("description", "for a call"))
                .post("/api/v1/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
    }

    /** A model of the scripted provider, and its caller. */
    private record Call(URI server, String token, String organization) {
        static Call of(ServerProcess server, ScriptedProvider provider) throws IOException {
            String organization = create(server, "organizations", Map.of("name", "Callers"));
            String below = "organizations/" + organization + "/";
            String llmProvider = create(
                    server,
                    below + "llm-providers",
                    Map.of(
                            "name", "provider",
                            "endpoint", provider.origin() + "/v1",
                            "protocol", "responses",
                            "auth_method", "bearer",
                            "token", "sk-provider"));
            create(
                    server,
                    below + "models",
                    Map.of("name", "gpt", "provider_id", llmProvider, "remote_model_name", "m"));
            return new Call(server.baseUrl(), server.token(), organization);
        }

        Call with(String other) {
            return new Call(server, other, organization);
        }

        /** Calls the model, and returns the status. */
        int send(HttpClient http, String id) throws IOException, InterruptedException {
            return http.send(
                            HttpRequest.newBuilder(server.resolve("/v1/responses"))
                                    .timeout(PATIENCE)
                                    .header("Authorization", "Bearer " + token)
                                    .header("X-Request-Id", id)
                                    .POST(BodyPublishers.ofString("{\"model\":\"gpt\",\"input\":\"hi\"}"))
                                    .build(),
                            BodyHandlers.ofString())
                    .statusCode();
        }

        /** How many calls of the organization are in the usage. */
        int recorded(ServerProcess at) throws IOException {
            return at.request()
                    .get("/api/v1/organizations/" + organization + "/usage/records")
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath()
                    .getList("items")
                    .size();
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
}
