package io.agyn.keycloak;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Keycloak server on 127.0.0.1 with its data in memory. */
public final class Keycloak implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int ATTEMPTS = 3;
    private static final String ADMIN = "admin";

    private static @Nullable Keycloak shared;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String password = UUID.randomUUID().toString();
    private final Path home;
    private final Path log;
    private final int port;
    private final Process process;

    private Keycloak(Path home, Path log, int port) throws IOException {
        this.home = home;
        this.log = log;
        this.port = port;
        this.process = launch();
    }

    /**
     * Starts a server, and waits until it is ready.
     *
     * @param home the distribution, as {@code scripts/find-keycloak.sh} prints it
     * @param log the file for its output
     */
    public static Keycloak start(Path home, Path log) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Keycloak keycloak =
                    new Keycloak(requireNonNull(home, "home is null"), requireNonNull(log, "log is null"), freePort());
            try {
                keycloak.awaitReady();
                return keycloak;
            } catch (IOException e) {
                keycloak.close();
                // Another process may have taken the port, since the start takes a while.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * The server of this process, which is started once and ends with it. For tests, whose working directory is a module of the
     * checkout.
     */
    public static synchronized Keycloak shared() throws IOException, InterruptedException {
        if (shared == null) {
            Process script = new ProcessBuilder("../scripts/find-keycloak.sh")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String home = new String(script.getInputStream().readAllBytes(), UTF_8).strip();
            if (script.waitFor() != 0) {
                throw new IOException("scripts/find-keycloak.sh failed");
            }
            Keycloak started = start(
                    Path.of(home),
                    Path.of(
                            "target",
                            "keycloak-%d.log".formatted(ProcessHandle.current().pid())));
            Runtime.getRuntime().addShutdownHook(new Thread(started::kill));
            shared = started;
        }
        return shared;
    }

    /** Its address, without a path. */
    public String address() {
        return "http://127.0.0.1:" + port;
    }

    /** The password of its administrator, whose name is {@code admin}. */
    public String password() {
        return password;
    }

    /** Creates a realm with a fresh name. */
    public KeycloakRealm createRealm() throws IOException, InterruptedException {
        return KeycloakRealm.create(this, "realm-" + UUID.randomUUID());
    }

    /** Makes the process hang: connections stay open, and nothing responds. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name, Long.toString(process.pid())));
        // The start script runs the server as its child.
        process.descendants().map(child -> Long.toString(child.pid())).forEach(command::add);
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException("kill failed");
        }
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "bash",
                        home.resolve("bin/kc.sh").toString(),
                        "start",
                        "--optimized",
                        "--http-enabled=true",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port,
                        "--hostname=" + address())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> environment = builder.environment();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", password);
        environment.put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx384m");
        // It serves few requests. Its threads need the module from JDK 24 on.
        environment.put("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1 --add-opens=java.base/java.lang=ALL-UNNAMED");
        return builder.start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("Keycloak does not start, see " + log);
            }
            Thread.sleep(POLL);
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(address() + "/realms/master/.well-known/openid-configuration"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Calls the admin API, and expects success; the response is empty without a JSON object. */
    JsonObject admin(String method, String path, @Nullable JsonObject body) throws IOException, InterruptedException {
        HttpResponse<String> response = adminResponse(method, path, body);
        String text = response.body().strip();
        return text.startsWith("{") ? new JsonObject(text) : new JsonObject();
    }

    /** Calls the admin API, and expects success; the response is a JSON array. */
    List<JsonObject> adminList(String path) throws IOException, InterruptedException {
        return new JsonArray(adminResponse("GET", path, null).body())
                .stream().map(JsonObject.class::cast).toList();
    }

    private HttpResponse<String> adminResponse(String method, String path, @Nullable JsonObject body)
            throws IOException, InterruptedException {
        JsonObject login = postForm(
                "/realms/master/protocol/openid-connect/token",
                Map.of("grant_type", "password", "client_id", "admin-cli", "username", ADMIN, "password", password));
        HttpRequest request = HttpRequest.newBuilder(URI.create(address() + "/admin/realms" + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + login.getString("access_token"))
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode()))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException("%s %s: %d %s".formatted(method, path, response.statusCode(), response.body()));
        }
        return response;
    }

    /** Posts a form, and expects success. */
    JsonObject postForm(String path, Map<String, String> form) throws IOException, InterruptedException {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(address() + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("%s: %d %s".formatted(path, response.statusCode(), response.body()));
        }
        return new JsonObject(response.body());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Kills the process; its data is lost. */
    @Override
    public void close() throws InterruptedException {
        kill();
        process.waitFor();
        client.close();
    }

    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
