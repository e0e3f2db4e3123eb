import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** An OpenBao server in development mode, with KV version 2 at {@code secret}. */
final class OpenBao implements AutoCloseable {
    static final String TOKEN = "root-of-the-benchmark";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final URI uri;

    private OpenBao(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** Starts a server whose secrets are lost when it stops. */
    static OpenBao start(Path folder) throws Exception {
        String binary = binary();
        Path log = Files.createDirectories(folder).resolve("openbao.log");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(
                        binary,
                        "server",
                        "-dev",
                        "-dev-no-store-token",
                        "-dev-root-token-id=" + TOKEN,
                        "-dev-listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.matches("(BAO|VAULT)_.*"));
        OpenBao bao = new OpenBao(builder.start(), URI.create("http://127.0.0.1:" + port));
        for (int attempt = 0; attempt < 1000; attempt++) {
            if (bao.isReady()) {
                return bao;
            }
            Thread.sleep(20);
        }
        bao.close();
        throw new IOException("OpenBao did not start: " + Files.readString(log));
    }

    private static String binary() throws IOException, InterruptedException {
        Process script = new ProcessBuilder("scripts/find-openbao.sh")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String path = new String(script.getInputStream().readAllBytes(), UTF_8).strip();
        if (script.waitFor() != 0) {
            throw new IOException("OpenBao is missing.");
        }
        return path;
    }

    URI uri() {
        return uri;
    }

    /** Writes a secret with the key {@code api_key}. */
    void write(String path, String key) throws IOException, InterruptedException {
        int status = send("POST", "secret/data/" + path, "{\"data\": {\"api_key\": \"" + key + "\"}}");
        if (status != 200) {
            throw new IOException("OpenBao did not store " + path + ": " + status);
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            // The mount of the secrets is the last step of the start.
            return send("GET", "secret/config", "") == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private int send(String method, String path, String json) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(uri + "/v1/" + path))
                                .header("X-Vault-Token", TOKEN)
                                .method(method, HttpRequest.BodyPublishers.ofString(json))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
