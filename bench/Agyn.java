import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged server in a fresh folder, with a model on an upstream. */
final class Agyn implements AutoCloseable {
    static final String MODEL = "bench";

    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    // Each stream takes two files; a shell raises the server's limit if it is permitted.
    private static final int OPEN_FILES = 65_536;

    private final Path folder;
    private Process process;
    private String organization;

    private final Map<String, String> variables;

    private Agyn(Path folder, Map<String, String> variables) {
        this.folder = folder;
        this.variables = variables;
    }

    /** Starts a server and creates a model. */
    static Agyn start(Path folder, URI upstream) throws Exception {
        return start(folder, upstream, Map.of());
    }

    /** Starts a server with variables and creates a model. */
    static Agyn start(Path folder, URI upstream, Map<String, String> variables) throws Exception {
        Agyn agyn = new Agyn(Files.createDirectories(folder), variables);
        agyn.launch();
        agyn.organization = agyn.post("/organizations", "{\"name\": \"Bench\"}");
        agyn.createModel(MODEL, upstream, "\"token\": \"sk-bench\"");
        return agyn;
    }

    /**
     * Creates a model on an LLM provider with the same name.
     *
     * @param credential a JSON field: {@code token} or {@code token_secret_id}
     */
    void createModel(String name, URI upstream, String credential) throws Exception {
        String provider = create("llm-providers", """
                {"name": "%s", "endpoint": "%s", "protocol": "responses", "auth_method": "bearer", %s}""".formatted(name, upstream, credential));
        create("models", """
                {"name": "%s", "provider_id": "%s", "remote_model_name": "gpt-4o-2024-08-06"}""".formatted(name, provider));
    }

    /** Adds a user to the organization. */
    void addMember(String userId) throws Exception {
        HttpResponse<String> response = send(
                "/organizations/" + organization + "/members",
                "{\"user_id\": \"%s\", \"role\": \"member\"}".formatted(userId));
        if (response.statusCode() != 201) {
            throw new IOException("A member: " + response.statusCode() + " " + response.body());
        }
    }

    /** Creates a resource of the organization, and returns its id. */
    String create(String collection, String json) throws Exception {
        return post("/organizations/" + organization + "/" + collection, json);
    }

    /** Restarts the server in the same folder and waits until it is ready. */
    void restart() throws Exception {
        stop();
        launch();
    }

    URI uri() throws IOException {
        return URI.create(Files.readString(folder.resolve("base-url")).strip());
    }

    /** The bearer token for calls. */
    String token() throws IOException {
        return Files.readString(folder.resolve("admin-token")).strip();
    }

    /**
     * Encodes a model call as HTTP/1.1 bytes (RFC 9112).
     *
     * @param host for the Host header
     * @param json the body, in ASCII
     */
    byte[] call(String host, String json) throws IOException {
        return ("POST /v1/responses HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + token()
                        + "\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: "
                        + json.length() + "\r\n\r\n" + json)
                .getBytes(ISO_8859_1);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** The main process of its PostgreSQL. */
    ProcessHandle postgres() throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readAllLines(folder.resolve("postgres/postmaster.pid"))
                        .getFirst()))
                .orElseThrow();
    }

    /** Its resident memory, in MiB. */
    long residentMiB() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() throws Exception {
        stop();
    }

    private void launch() throws Exception {
        Files.deleteIfExists(folder.resolve("base-url"));
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "bash",
                        "-c",
                        "ulimit -Sn " + OPEN_FILES + " 2>/dev/null || ulimit -n " + OPEN_FILES
                                + " 2>/dev/null || ulimit -Sn $(ulimit -Hn); exec api-server/bin/agyn-server"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AGYN_"));
        builder.environment().put("AGYN_DATA_DIR", folder.toString());
        builder.environment().put("AGYN_HTTP_PORT", "0");
        builder.environment().put("AGYN_API_RATE_LIMIT_ADDRESS", "0");
        builder.environment().put("AGYN_API_RATE_LIMIT_TOKEN", "0");
        builder.environment().putAll(variables);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        process = builder.start();
        while (!Files.exists(folder.resolve("base-url"))) {
            if (!process.isAlive()) {
                throw new IOException("The server did not start: " + Files.readString(folder.resolve("server.log")));
            }
            Thread.sleep(5);
        }
    }

    private void stop() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    private String post(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = send(path, body);
        Matcher id = ID.matcher(response.body());
        if (response.statusCode() != 201 || !id.find()) {
            throw new IOException("POST " + path + ": " + response.statusCode() + " " + response.body());
        }
        return id.group(1);
    }

    private HttpResponse<String> send(String path, String body) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(uri() + "/api/v1" + path))
                        .header("Authorization", "Bearer " + token())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
