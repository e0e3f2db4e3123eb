package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.testing.Api;
import io.agyn.testing.SentCredentials;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged server in a separate process, as an operator runs it. */
final class ServerProcess implements AutoCloseable {
    /** The exit code after SIGTERM. */
    static final int TERMINATED = 128 + 15;

    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path dataDir;
    private final Process process;
    private final Path output;
    private final Path errors;
    private final boolean isServer;
    private boolean isClosed;

    private ServerProcess(Path dataDir, Process process, Path output, Path errors, boolean isServer) {
        this.dataDir = dataDir;
        this.process = process;
        this.output = output;
        this.errors = errors;
        this.isServer = isServer;
    }

    /** Starts a server on a data folder, and waits until it is ready. */
    static ServerProcess start(Path dataDir) throws Exception {
        return start(dataDir, Map.of());
    }

    /** Starts a server with variables, and waits until it is ready. */
    static ServerProcess start(Path dataDir, Map<String, String> variables) throws Exception {
        ServerProcess server = run(dataDir, variables);
        try {
            return server.ready();
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    /** Runs the jar on a data folder, with variables in addition to a free port, and with arguments. */
    static ServerProcess run(Path dataDir, Map<String, String> variables, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                JAVA.toString(),
                // Halves the start time; the suite starts about a hundred servers.
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(arguments));
        return launch(dataDir, variables, command, arguments.length == 0);
    }

    /** Runs the start script on a data folder, with arguments. */
    static ServerProcess runScript(Path dataDir, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bin/agyn-server"));
        command.addAll(List.of(arguments));
        return launch(dataDir, Map.of("JAVA_HOME", System.getProperty("java.home")), command, arguments.length == 0);
    }

    private static ServerProcess launch(
            Path dataDir, Map<String, String> variables, List<String> command, boolean isServer) throws IOException {
        Path output = Files.createTempFile("agyn-server", ".out");
        Path errors = Files.createTempFile("agyn-server", ".err");
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of("setsid")))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        // In a separate process group, like a terminal's foreground job.
        builder.command().addAll(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("AGYN_"));
        builder.environment().put("AGYN_HTTP_PORT", "0");
        builder.environment().put("AGYN_PROXY_WARM_UP", "0s");
        builder.environment().put("AGYN_API_RATE_LIMIT_ADDRESS", "0");
        builder.environment().put("AGYN_API_RATE_LIMIT_TOKEN", "0");
        builder.environment().put("AGYN_DATA_DIR", dataDir.toString());
        builder.environment().putAll(variables);
        return new ServerProcess(dataDir, builder.start(), output, errors, isServer);
    }

    /** Waits until the server is ready. */
    ServerProcess ready() {
        await("ready").atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            assertThat(process.isAlive())
                    .as("alive, which says:%n%s%s", output(), errors())
                    .isTrue();
            return Files.exists(dataDir.resolve("base-url"));
        });
        return this;
    }

    /** The base URL of a server that is {@link #ready}. */
    URI address() {
        try {
            return URI.create(Files.readString(dataDir.resolve("base-url")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first administrator's token. */
    String token() {
        try {
            return Files.readString(dataDir.resolve("admin-token")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request with the token of the first cluster admin. */
    RequestSpecification request() {
        return as(token());
    }

    /** A request with a token; its body is JSON. */
    RequestSpecification as(String token) {
        SentCredentials.add(token);
        URI address = address();
        RequestSpecification request = RestAssured.given()
                .filter(SentCredentials.filter())
                .baseUri(address.toString())
                .header("Authorization", "Bearer " + token)
                // RestAssured would leave connections open.
                .header("Connection", "close")
                .contentType(ContentType.JSON);
        // The certificates of tests are signed by no authority.
        return address.getScheme().equals("https") ? request.relaxedHTTPSValidation() : request;
    }

    /** Creates a resource at a path below {@code /api/v1/} as the first administrator, and returns its id. */
    String create(String path, Map<String, ?> body) {
        return created(request(), path, body).path("id");
    }

    /** Creates a resource at a path below {@code /api/v1/}. */
    static Response created(RequestSpecification request, String path, Map<String, ?> body) {
        Response response = request.body(body).post("/api/v1/" + path);
        response.then().statusCode(201);
        return response;
    }

    /** Creates an API token with all scopes, bound to no organization unless the body says otherwise; the response has its {@code id} and the {@code token}. */
    Response createToken(Map<String, ?> body) {
        return created(request(), "api-tokens", Api.tokenBody(body));
    }

    /** Replaces a resource at a path below {@code /api/v1/}. */
    void update(String path, Map<String, ?> body) {
        request().body(body).put("/api/v1/" + path).then().statusCode(200);
    }

    /** Deletes a resource at a path below {@code /api/v1/}. */
    void delete(String path) {
        request().delete("/api/v1/" + path).then().statusCode(204);
    }

    /** The status of a request for the token's user. */
    int statusOfMe(String token) {
        return as(token).get("/api/v1/me").statusCode();
    }

    boolean isReady() {
        return request().get("/q/health/ready").statusCode() == 200;
    }

    /** The main process of the server's embedded PostgreSQL. */
    ProcessHandle postmaster() throws IOException {
        return ProcessHandle.of(postmasterPid()).orElseThrow();
    }

    /** Presses Ctrl-C. */
    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", "--", "-" + process.pid()).start().waitFor();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGTERM, and waits for the end. */
    int stop() throws IOException, InterruptedException {
        terminate();
        return exitCode();
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        // A test could read the old token before the next server replaces it.
        if (isServer) {
            Files.deleteIfExists(dataDir.resolve("base-url"));
        }
    }

    /** Waits for the end. */
    int exitCode() throws InterruptedException, IOException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ends in time, which says:%n%s%s", output(), errors())
                .isTrue();
        return process.exitValue();
    }

    /** Waits for the end of a server that does not start; it reports one sentence, without its line end. */
    void assertRejected(String sentence) throws IOException, InterruptedException {
        assertThat(exitCode()).isEqualTo(1);
        assertThat(errors()).isEqualTo(sentence + "\n");
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    /** Stops the server, or a command, and its PostgreSQL, once. Fails if the server has shown a credential. */
    @Override
    public void close() throws IOException, InterruptedException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        String metrics = metrics();
        terminate();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            kill();
        }
        if (isServer && Files.exists(pidFile())) {
            ProcessHandle.of(postmasterPid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        String log = output() + errors();
        Files.delete(output);
        Files.delete(errors);
        if (isServer) {
            assertThat(SentCredentials.in(log)).as("credentials in the log").isEmpty();
            assertThat(SentCredentials.in(metrics))
                    .as("credentials in the metrics")
                    .isEmpty();
            if (Files.exists(dataDir.resolve("postgres"))) {
                assertThat(SentCredentials.under(dataDir.resolve("postgres"), file -> true))
                        .as("credentials in the database's files")
                        .isEmpty();
            }
        }
    }

    private String metrics() {
        boolean responds = isServer && process.isAlive() && Files.exists(dataDir.resolve("base-url"));
        // A server with TLS has a self-signed certificate.
        return responds && address().getScheme().equals("http")
                ? RestAssured.get(address().resolve("/q/metrics")).asString()
                : "";
    }

    private long postmasterPid() throws IOException {
        return Long.parseLong(Files.readAllLines(pidFile()).getFirst());
    }

    private Path pidFile() {
        return dataDir.resolve("postgres/postmaster.pid");
    }
}
