package io.agyn.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** An OpenBao server in development mode ({@code scripts/find-openbao.sh}), with KV version 2 at {@code secret}. */
final class OpenBao implements AutoCloseable {
    static final String ROOT_TOKEN = "root-of-the-test";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final String address;

    private OpenBao(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** Starts a server whose secrets are lost when it stops. */
    static OpenBao start(Path folder) throws IOException, InterruptedException {
        int port = freePort();
        Path log = folder.resolve("openbao.log");
        ProcessBuilder builder = new ProcessBuilder(
                        binary(),
                        "server",
                        "-dev",
                        "-dev-no-store-token",
                        "-dev-root-token-id=" + ROOT_TOKEN,
                        "-dev-listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Command.hideOwn(builder.environment());
        OpenBao bao = new OpenBao(builder.start(), "http://127.0.0.1:" + port);
        try {
            bao.awaitReady(log);
            return bao;
        } catch (Throwable e) {
            bao.close();
            throw e;
        }
    }

    static String binary() throws IOException, InterruptedException {
        Process script = new ProcessBuilder(
                        Checkout.file("scripts/find-openbao.sh").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String path = new String(script.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(script.waitFor()).as("the exit code of find-openbao.sh").isZero();
        return path;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady(Path log) {
        await("ready")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> assertThat(process.isAlive())
                        .as("alive; its log:%n%s", Files.readString(log))
                        .isTrue())
                .until(this::isReady);
    }

    private boolean isReady() throws IOException, InterruptedException {
        try {
            // The mount of the secrets is the last step of the start.
            return send("GET", "secret/config", null).statusCode() == 200;
        } catch (ConnectException e) {
            return false;
        }
    }

    String address() {
        return address;
    }

    /** Writes a secret. */
    void write(String path, Map<String, ?> secret) throws IOException, InterruptedException {
        call("POST", "secret/data/" + path, Map.of("data", secret));
    }

    /** Calls the API as root, and expects success. */
    JsonNode call(String method, String path, Object body) throws IOException, InterruptedException {
        HttpResponse<String> response = send(method, path, body);
        assertThat(response.statusCode()).as("%s: %s", path, response.body()).isLessThan(300);
        return JSON.readTree(response.body());
    }

    private HttpResponse<String> send(String method, String path, Object body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/" + path))
                .timeout(PATIENCE)
                .header("X-Vault-Token", ROOT_TOKEN)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
