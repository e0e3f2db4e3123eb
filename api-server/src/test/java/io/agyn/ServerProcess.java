package io.agyn;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged server in a separate process, as an operator runs it. */
final class ServerProcess implements AutoCloseable {

    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path dataDir;
    private final Process process;
    private final Path output;
    private final Path errors;
    private final boolean isServer;

    private ServerProcess(Path dataDir, Process process, Path output, Path errors, boolean isServer) {
        this.dataDir = dataDir;
        this.process = process;
        this.output = output;
        this.errors = errors;
        this.isServer = isServer;
    }

    /** Runs the jar on a data folder, with variables that come on top of a free port, and with arguments. */
    static ServerProcess run(Path dataDir, Map<String, String> variables, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                JAVA.toString(),
                // Halves the start time; the suite starts about a hundred servers.
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(arguments));
        return start(dataDir, variables, command, arguments.length == 0);
    }

    /** Runs the start script on a data folder, with arguments. */
    static ServerProcess runScript(Path dataDir, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bin/agyn-server"));
        command.addAll(List.of(arguments));
        return start(dataDir, Map.of("JAVA_HOME", System.getProperty("java.home")), command, arguments.length == 0);
    }

    private static ServerProcess start(
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
        builder.environment().put("AGYN_DATA_DIR", dataDir.toString());
        builder.environment().putAll(variables);
        return new ServerProcess(dataDir, builder.start(), output, errors, isServer);
    }

    /** Waits until the server is ready. */
    ServerProcess ready() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!Files.exists(dataDir.resolve("base-url"))) {
            assertThat(process.isAlive())
                    .as("alive, which says:%n%s%s", output(), errors())
                    .isTrue();
            assertThat(Instant.now()).as("ready in time").isBefore(deadline);
            Thread.sleep(20);
        }
        return this;
    }

    /** Where the server is, once it was {@link #ready}. */
    URI address() {
        try {
            return baseUrl();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI baseUrl() throws IOException {
        return URI.create(Files.readString(dataDir.resolve("base-url")).strip());
    }

    /** A request with the first administrator's token. */
    RequestSpecification request() throws IOException {
        return RestAssured.given()
                .filter(SentCredentials.filter())
                .baseUri(baseUrl().toString())
                .header("Authorization", "Bearer " + token());
    }

    String token() throws IOException {
        String token = Files.readString(dataDir.resolve("admin-token")).strip();
        SentCredentials.add(token);
        return token;
    }

    /** The main process of the server's own PostgreSQL. */
    ProcessHandle postmaster() throws IOException {
        String pid =
                Files.readAllLines(dataDir.resolve("postgres/postmaster.pid")).getFirst();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    /** Presses Ctrl-C. */
    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", "--", "-" + process.pid()).start().waitFor();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL and waits. */
    void kill() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        // A test could read the old token before the next server replaces it.
        Files.deleteIfExists(dataDir.resolve("base-url"));
    }

    int exitCode() throws InterruptedException, IOException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ends in time, which says:%n%s%s", output(), errors())
                .isTrue();
        return process.exitValue();
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    /**
     * Stops the server, or a command, and its PostgreSQL. Fails if the server has shown a credential.
     */
    @Override
    public void close() throws IOException, InterruptedException {
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

    private String metrics() throws IOException {
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
