package io.agyn.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.proxy.egress.OwnCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An OpenBao server (BAO_PATH, or as {@code scripts/find-openbao.sh} finds or installs it) with KV version 2 at {@code
 * kv}, version 1 at {@code kv1}, and AppRole.
 */
public final class Bao implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String BINARY = binary();

    private final Path folder;
    private final URI address;
    private final HttpClient client;
    private Process process;
    private String unsealKey;
    private String rootToken;

    /** An AppRole's credentials. */
    public record Role(String roleId, String secretId) {}

    public record Response(int status, JsonNode body) {}

    private Bao(Path folder, boolean isDurable, Optional<OwnCertificate> certificate) throws Exception {
        this.folder = Files.createDirectories(folder);
        int port = freePort();
        int clusterPort = freePort();
        this.address = URI.create((certificate.isPresent() ? "https://localhost:" : "http://127.0.0.1:") + port);
        this.client = certificate.isPresent()
                ? HttpClient.newBuilder()
                        .sslContext(trusting(certificate.get().certificate()))
                        .build()
                : HttpClient.newHttpClient();
        Files.writeString(folder.resolve("bao.hcl"), """
                %s
                listener "tcp" {
                  address = "127.0.0.1:%d"
                  cluster_address = "127.0.0.1:%d"
                  %s
                }
                api_addr = "%s"
                cluster_addr = "https://127.0.0.1:%d"
                """.formatted(
                        isDurable
                                ? "storage \"raft\" {\n  path = \"%s\"\n  node_id = \"test\"\n}"
                                        .formatted(Files.createDirectories(folder.resolve("data")))
                                : "storage \"inmem\" {}",
                        port,
                        clusterPort,
                        certificate
                                .map(own -> "tls_cert_file = \"%s\"\n  tls_key_file = \"%s\""
                                        .formatted(own.certificate(), own.key()))
                                .orElse("tls_disable = true"),
                        address,
                        clusterPort));
        launch();
        initialize();
    }

    /** Starts a server whose secrets are lost when it stops. */
    public static Bao start(Path folder) throws Exception {
        return new Bao(folder, false, Optional.empty());
    }

    /** Starts a server whose secrets survive {@link #restart}; it takes some seconds. */
    public static Bao startDurable(Path folder) throws Exception {
        return new Bao(folder, true, Optional.empty());
    }

    /** Starts a server with TLS; the certificate must be for {@code localhost}. */
    public static Bao startWithTls(Path folder, OwnCertificate certificate) throws Exception {
        return new Bao(folder, false, Optional.of(certificate));
    }

    private static String binary() {
        try {
            Process script = new ProcessBuilder("../scripts/find-openbao.sh")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String path = new String(script.getInputStream().readAllBytes(), UTF_8).strip();
            assertThat(script.waitFor()).as("OpenBao is found").isZero();
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void launch() throws IOException {
        process = new ProcessBuilder(BINARY, "server", "-config=" + folder.resolve("bao.hcl"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> {
                    assertThat(process.isAlive())
                            .as("OpenBao runs, see " + log())
                            .isTrue();
                    return send("GET", "sys/seal-status", null, null).status() == 200;
                });
    }

    private void initialize() throws IOException, InterruptedException {
        JsonNode keys = expect(send("PUT", "sys/init", null, Map.of("secret_shares", 1, "secret_threshold", 1)));
        unsealKey = keys.path("keys").path(0).asText();
        rootToken = keys.path("root_token").asText();
        unseal();
        call("POST", "sys/mounts/kv", Map.of("type", "kv", "options", Map.of("version", "2")));
        call("POST", "sys/mounts/kv1", Map.of("type", "kv", "options", Map.of("version", "1")));
        call("POST", "sys/auth/approle", Map.of("type", "approle"));
        // A new mount of version 2 rejects writes at first.
        await().atMost(PATIENCE)
                .until(() -> send("GET", "kv/config", rootToken, null).status() == 200);
    }

    public String address() {
        return address.toString();
    }

    public String rootToken() {
        return rootToken;
    }

    /** Its log, at most as long as it has run. */
    public Path log() {
        return folder.resolve("bao.log");
    }

    /** Calls the API as root, and expects success. */
    public JsonNode call(String method, String path, Object body) throws IOException, InterruptedException {
        return expect(send(method, path, rootToken, body));
    }

    /** Calls the API with any token. */
    public Response send(String method, String path, String token, Object body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "/v1/" + path))
                .timeout(PATIENCE)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(MAPPER.writeValueAsString(body)));
        if (token != null) {
            request.header("X-Vault-Token", token);
        }
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Response(response.statusCode(), MAPPER.readTree(response.body()));
    }

    private static JsonNode expect(Response response) {
        assertThat(response.status()).as(response.toString()).isBetween(200, 299);
        return response.body();
    }

    /** Writes a secret in KV version 2, and returns its version. */
    public long write(String path, Map<String, ?> secret) throws IOException, InterruptedException {
        return call("POST", "kv/data/" + path, Map.of("data", secret))
                .path("data")
                .path("version")
                .asLong();
    }

    /** Writes a policy that allows some capabilities on a path. */
    public void allow(String policy, String path, String... capabilities) throws IOException, InterruptedException {
        call(
                "POST",
                "sys/policies/acl/" + policy,
                Map.of(
                        "policy",
                        "path \"%s\" { capabilities = [\"%s\"] }"
                                .formatted(path, String.join("\", \"", capabilities))));
    }

    /** Creates a token with policies. */
    public String token(Duration ttl, Map<String, ?> options) throws IOException, InterruptedException {
        Map<String, Object> body = new HashMap<>(options);
        body.put("ttl", ttl.toSeconds() + "s");
        return call("POST", "auth/token/create", body)
                .path("auth")
                .path("client_token")
                .asText();
    }

    public void revoke(String token) throws IOException, InterruptedException {
        call("POST", "auth/token/revoke", Map.of("token", token));
    }

    /** Creates an AppRole, or changes it, and returns credentials. */
    public Role role(String name, Map<String, ?> options) throws IOException, InterruptedException {
        String path = "auth/approle/role/" + name;
        call("POST", path, options);
        return new Role(
                call("GET", path + "/role-id", null)
                        .path("data")
                        .path("role_id")
                        .asText(),
                call("POST", path + "/secret-id", Map.of())
                        .path("data")
                        .path("secret_id")
                        .asText());
    }

    public void seal() throws IOException, InterruptedException {
        call("PUT", "sys/seal", Map.of());
    }

    public void unseal() throws IOException, InterruptedException {
        expect(send("PUT", "sys/unseal", null, Map.of("key", unsealKey)));
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> send("GET", "sys/health", null, null).status() == 200);
    }

    /** Makes the process hang: connections stay open, and nothing responds. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Kills the process. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts a killed process again at the same address, unsealed. */
    public void restart() throws IOException, InterruptedException {
        launch();
        unseal();
    }

    private static SSLContext trusting(Path certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "bao", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
