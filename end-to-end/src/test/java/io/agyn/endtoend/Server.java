package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged server with its embedded PostgreSQL, as {@code make run} starts it. */
final class Server implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;
    private final Path dataDir;

    private Server(Process process, Path log, Path dataDir) {
        this.process = process;
        this.log = log;
        this.dataDir = dataDir;
    }

    /** Starts a server that stores all its data below a folder, and waits until it is ready. */
    static Server start(Path folder) throws IOException, InterruptedException {
        return start(folder, Map.of());
    }

    /** Starts a server with variables, and waits until it is ready. */
    static Server start(Path folder, Map<String, String> variables) throws IOException, InterruptedException {
        Path dataDir = folder.resolve("data");
        Path log = folder.resolve("server.log");
        ProcessBuilder builder = new ProcessBuilder(
                        java(),
                        "-jar",
                        Checkout.file("api-server/target/quarkus-app/quarkus-run.jar")
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Command.hideOwn(builder.environment());
        builder.environment().put("AGYN_DATA_DIR", dataDir.toString());
        builder.environment().put("AGYN_HTTP_PORT", "0");
        builder.environment().put("AGYN_PROXY_WARM_UP", "0s");
        builder.environment().put("AGYN_API_RATE_LIMIT_ADDRESS", "0");
        builder.environment().put("AGYN_API_RATE_LIMIT_TOKEN", "0");
        builder.environment().putAll(variables);
        Server server = new Server(builder.start(), log, dataDir);
        try {
            server.awaitReady();
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The environment of a program that calls the server as the administrator. */
    Map<String, String> environment() throws IOException {
        return environment(token());
    }

    Map<String, String> environment(String token) throws IOException {
        return Map.of("AGYN_GATEWAY", baseUrl(), "AGYN_TOKEN", token);
    }

    /** A request to the API by the administrator. */
    RequestSpecification request() throws IOException {
        return RestAssured.given()
                .baseUri(baseUrl())
                .basePath("/api/v1")
                .header("Authorization", "Bearer " + token())
                .contentType("application/json");
    }

    /** Creates an organization and returns its id. */
    String organization(String name) throws IOException {
        return create("/organizations", Map.of("name", name));
    }

    /** Creates a resource over REST as the administrator, and returns its id. */
    String create(String collection, Map<String, ?> body) throws IOException {
        return create(collection, body, "id");
    }

    /** Creates a resource over REST as the administrator, and returns one of its fields. */
    String create(String collection, Map<String, ?> body, String field) throws IOException {
        return request()
                .body(body)
                .post(collection)
                .then()
                .statusCode(201)
                .extract()
                .path(field);
    }

    /** Waits until the usage has so many calls; it is written shortly after each call. */
    void awaitCalls(String organization, int count) {
        await("calls in the usage").atMost(PATIENCE).until(() -> {
            Integer counted = request()
                    .get("/organizations/{o}/usage", organization)
                    .then()
                    .extract()
                    .path("rows[0].calls");
            return counted != null && counted >= count;
        });
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Asks the server to stop and waits until it has. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("The server did not stop on SIGTERM. Its log:\n" + log());
        }
    }

    private void awaitReady() {
        await("ready")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> assertThat(process.isAlive())
                        .as("alive; its log:%n%s", log())
                        .isTrue())
                .untilAsserted(() -> assertThat(dataDir.resolve("base-url"))
                        .as("its log:%n%s", log())
                        .exists());
    }

    /** The folder with all its data. */
    Path dataDir() {
        return dataDir;
    }

    String baseUrl() throws IOException {
        return Files.readString(dataDir.resolve("base-url")).strip();
    }

    String token() throws IOException {
        return Files.readString(dataDir.resolve("admin-token")).strip();
    }
}
