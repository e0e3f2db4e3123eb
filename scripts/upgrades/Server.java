import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A packaged server of any release, on an existing database. */
final class Server implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final Path folder;
    private final Process process;
    private final Path log;
    private final URI uri;
    private boolean keepsConnections = true;
    private volatile Server standIn;

    private Server(Path folder, Process process, Path log) throws Exception {
        this.folder = folder;
        this.process = process;
        this.log = log;
        // Read at the start, since a stopping server deletes it.
        this.uri = awaitUri();
    }

    /** Starts a server and waits until it is ready. A restart in the same folder appends to its log. */
    static Server start(Path app, Path folder, Map<String, String> variables) throws Exception {
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve("base-url"));
        return new Server(folder, run(app, folder, variables), folder.resolve("server.log"));
    }

    private URI awaitUri() throws Exception {
        Path published = folder.resolve("base-url");
        while (!Files.exists(published)) {
            if (!process.isAlive()) {
                throw new IOException(
                        "The server did not start: " + log().lines().toList().getLast());
            }
            Thread.sleep(20);
        }
        return URI.create(Files.readString(published).strip());
    }

    /** Sends each request over a new connection. */
    Server withoutKeptConnections() {
        keepsConnections = false;
        return this;
    }

    /** Runs a command of a release and returns its output. */
    static String command(Path app, Path folder, Map<String, String> variables, String... arguments) throws Exception {
        Files.createDirectories(folder);
        Process process = run(app, folder, variables, arguments);
        String output = Files.readString(folder.resolve("server.log"));
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", arguments) + ": " + Files.readString(folder.resolve("server.log")));
        }
        return Files.readString(folder.resolve("server.log")).substring(output.length());
    }

    private static Process run(Path app, Path folder, Map<String, String> variables, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                app.resolve("quarkus-run.jar").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("server.log").toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("AGYN_"));
        builder.environment().put("AGYN_DATA_DIR", folder.toString());
        builder.environment().put("AGYN_HTTP_PORT", "0");
        builder.environment().put("AGYN_API_RATE_LIMIT_ADDRESS", "0");
        builder.environment().put("AGYN_API_RATE_LIMIT_TOKEN", "0");
        builder.environment().putAll(variables);
        return builder.start();
    }

    /** Sends a request with a token. */
    HttpResponse<String> send(String method, String path, String token, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (!keepsConnections) {
            request.header("Connection", "close");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (ConnectException e) {
            if (standIn == null) {
                throw e;
            }
            return standIn.send(method, path, token, body, headers);
        }
    }

    /** Sends requests to another server once this one refuses connections, as a load balancer does. */
    void setStandIn(Server other) {
        standIn = other;
    }

    URI uri() {
        return uri;
    }

    /** The administrator's first token, if this server created it. */
    String adminToken() throws IOException {
        return Files.readString(folder.resolve("admin-token")).strip();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Stops the server as an operator does, and waits until it has stopped. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("The server did not stop");
        }
    }
}
