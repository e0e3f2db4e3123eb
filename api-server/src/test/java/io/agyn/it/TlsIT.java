package io.agyn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.console.Visitor;
import io.agyn.proxy.WebSocketCaller;
import io.agyn.proxy.egress.HttpProxyServer;
import io.agyn.proxy.egress.OwnCertificate;
import io.agyn.scripted.Options;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS of the packaged server. */
class TlsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static OwnCertificate own;
    private static Cluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start(@TempDir Path shared) throws Exception {
        own = OwnCertificate.create(shared, "localhost");
        cluster = Cluster.in(shared).with(tls(own.certificate(), own.key())).start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void replacedCertificateIsServedToNewConnections() throws Exception {
        OwnCertificate first = OwnCertificate.create(Files.createDirectory(folder.resolve("first")), "localhost");
        OwnCertificate second = OwnCertificate.create(Files.createDirectory(folder.resolve("second")), "localhost");
        Path certificate = Files.copy(first.certificate(), folder.resolve("certificate.pem"));
        Path key = Files.copy(first.key(), folder.resolve("key.pem"));
        try (ServerProcess server = ServerProcess.start(folder.resolve("server"), tls(certificate, key));
                HttpClient before = trusting(first)) {
            assertThat(server.output()).contains("Agyn is ready at https://127.0.0.1:");
            HttpResponse<String> response = me(before, server);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(head(first, server, "agyn.example")).contains("strict-transport-security: max-age=31536000");
            // HSTS would apply to all other programs on this machine too.
            assertThat(head(first, server, "localhost")).doesNotContain("strict-transport-security");
            assertThatThrownBy(() -> http(server)).isInstanceOf(IOException.class);

            // Half of a pair: the previous certificate stays in use.
            replace(certificate, second.certificate());
            await().atMost(PATIENCE).until(() -> server.output().contains("The previous certificate stays active"));
            try (HttpClient next = trusting(first)) {
                assertThat(me(next, server).statusCode()).isEqualTo(200);
            }

            replace(key, second.key());
            await().atMost(PATIENCE).until(() -> isShown(second, server));
            assertThat(isShown(first, server)).isFalse();
            assertThat(me(before, server).statusCode())
                    .as("on the connection of before")
                    .isEqualTo(200);
            assertThat(server.output())
                    .doesNotContain(Files.readString(second.key())
                            .lines()
                            .skip(1)
                            .findFirst()
                            .orElseThrow());
        }
    }

    @Test
    void modelIsTestedOnAServerWithTls() {
        ServerProcess server = cluster.server();
        String models = "/api/v1/" + cluster.organization().path("models");
        String model = server.request().get(models).path("items[0].id");
        server.request()
                .post(models + "/" + model + "/test")
                .then()
                .statusCode(200)
                .body("explanation", nullValue())
                .body("succeeded", equalTo(true));
    }

    @Test
    void webSocketsUseTlsOnBothSidesThroughAnHttpProxy() throws Exception {
        // Providers on this machine are called without the HTTP proxy, which resolves every name to this machine.
        OwnCertificate providers = OwnCertificate.create(folder, "models.test");
        Options provider = Options.defaults().withTls(providers.certificate(), providers.key());
        try (HttpProxyServer proxy = new HttpProxyServer();
                Cluster secured = Cluster.in(folder)
                        .withProvider(provider)
                        .with(tls(own.certificate(), own.key()))
                        .with("AGYN_EXTRA_CA_FILE", providers.certificate().toString())
                        .with("AGYN_EGRESS_HTTP_PROXY", "http://127.0.0.1:" + proxy.port())
                        .start();
                HttpClient client = trusting(own)) {
            URI origin = URI.create(
                    "https://models.test:" + secured.provider().origin().getPort());
            ModelCaller caller = callerByName(secured, Organization.seed(secured.server(), origin));
            try (WebSocketCaller socket = caller.webSocket(client)) {
                for (int i = 0; i < 2; i++) {
                    socket.send("{\"padding\":\"" + "x".repeat(300_000) + "\","
                            + caller.message().substring(1));
                    assertThat(socket.last().getString("type")).isEqualTo("response.completed");
                }
                socket.socket().sendClose(1000, "").join();
                assertThat(socket.closeCode()).isEqualTo(1000);
            }
            assertThat(proxy.heads()).hasSize(1).allMatch(head -> head.startsWith("CONNECT models.test:"));
        }
    }

    @Test
    void webSocketsToDeniedOrUntrustedProvidersAreErrors() throws Exception {
        OwnCertificate providers = OwnCertificate.create(folder, "localhost");
        Options provider = Options.defaults().withHost("localhost").withTls(providers.certificate(), providers.key());
        for (String egress : List.of("deny", "allow")) {
            try (Cluster denying = Cluster.in(Files.createDirectory(folder.resolve(egress)))
                            .withProvider(provider)
                            .with("AGYN_EGRESS_PRIVATE", egress)
                            .start();
                    WebSocketCaller socket = denying.caller().webSocket()) {
                socket.send(denying.caller().message());
                JsonObject error = socket.last();
                assertThat(error.getInteger("status")).isEqualTo(502);
                assertThat(error.getJsonObject("headers").getString("x-agyn-error"))
                        .isEqualTo("provider_unreachable");
                assertThat(denying.provider().received()).isEmpty();
            }
        }
    }

    /** A caller at the name in the server's certificate. */
    private static ModelCaller callerByName(Cluster at, Organization organization) {
        int port = at.server().address().getPort();
        return new ModelCaller(
                URI.create("https://localhost:" + port), at.server().token(), organization);
    }

    @Test
    void signInByTlsSetsHostCookies() throws Exception {
        ServerProcess server = cluster.server();
        try (HttpClient browser = trusting(own)) {
            HttpResponse<String> form = page(browser, server, "/sign-in", "");
            HttpResponse<String> signedIn =
                    send(browser, server, "/sign-in", cookies(form), "&token=" + server.token() + csrf(form));
            assertThat(signedIn.statusCode()).isEqualTo(303);
            assertAreOfThisHost(signedIn);

            HttpResponse<String> tokens = page(browser, server, "/tokens", cookies(signedIn));
            assertThat(tokens.statusCode()).isEqualTo(200);
            assertThat(tokens.body()).contains("<h1>API tokens</h1>");
            assertThat(page(browser, server, "/tokens", cookies(signedIn).replace("__Host-", ""))
                            .statusCode())
                    .as("with a cookie that another host of the domain can set")
                    .isEqualTo(303);

            HttpResponse<String> signedOut = send(browser, server, "/sign-out", cookies(signedIn), csrf(tokens));
            assertThat(signedOut.headers().allValues("Set-Cookie")).hasSize(2);
            assertAreOfThisHost(signedOut);
            assertThat(page(browser, server, "/sign-in", cookies(signedOut)).body())
                    .contains("You are signed out.");
            assertThat(page(browser, server, "/tokens", cookies(signedIn)).statusCode())
                    .isEqualTo(303);
        }
    }

    @Test
    void invalidCertificateEndsTheStart() throws Exception {
        OwnCertificate one = OwnCertificate.create(Files.createDirectory(folder.resolve("one")), "localhost");
        OwnCertificate other = OwnCertificate.create(Files.createDirectory(folder.resolve("other")), "localhost");
        assertThat(rejection(Map.of("AGYN_HTTP_TLS_KEY_FILE", one.key().toString())))
                .isEqualTo("AGYN_HTTP_TLS_CERTIFICATE_FILE and AGYN_HTTP_TLS_KEY_FILE go together: set both for TLS,"
                        + " or neither for plain HTTP.\n");
        assertThat(rejection(tls(one.certificate(), other.key())))
                .isEqualTo("AGYN_HTTP_TLS_CERTIFICATE_FILE is " + one.certificate() + " and AGYN_HTTP_TLS_KEY_FILE is "
                        + other.key()
                        + ", which are not a PEM file of certificates and one of the private key of the first"
                        + " of them, not encrypted: correct them, or remove both for plain HTTP.\n");
        assertThat(rejection(tls(one.certificate(), folder.resolve("none.pem"))))
                .startsWith("AGYN_HTTP_TLS_KEY_FILE is " + folder.resolve("none.pem") + ", which cannot be read (");
    }

    @Test
    void speaksTls12WithForwardSecrecyAlone() throws Exception {
        ServerProcess server = cluster.server();
        SSLParameters tls12 = new SSLParameters();
        tls12.setProtocols(new String[] {"TLSv1.2"});
        try (HttpClient client = trustingBuilder(own).sslParameters(tls12).build()) {
            HttpResponse<String> response = me(client, server);
            assertThat(response.statusCode()).isEqualTo(200);
            SSLSession session = response.sslSession().orElseThrow();
            assertThat(session.getProtocol()).isEqualTo("TLSv1.2");
            assertThat(session.getCipherSuite()).contains("ECDHE").contains("GCM");
        }
        tls12.setCipherSuites(new String[] {
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
        });
        try (HttpClient client = trustingBuilder(own).sslParameters(tls12).build()) {
            assertThatThrownBy(() -> me(client, server)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    private static Map<String, String> tls(Path certificate, Path key) {
        return Map.of(
                "AGYN_HTTP_TLS_CERTIFICATE_FILE", certificate.toString(), "AGYN_HTTP_TLS_KEY_FILE", key.toString());
    }

    private String rejection(Map<String, String> variables) throws Exception {
        return new ServerCommands(folder.resolve("rejected"), variables).rejected();
    }

    private static void replace(Path file, Path by) throws IOException {
        Path draft = Files.copy(by, file.resolveSibling("draft"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean isShown(OwnCertificate certificate, ServerProcess server) throws Exception {
        try (HttpClient client = trusting(certificate)) {
            return me(client, server).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static HttpResponse<String> me(HttpClient client, ServerProcess server) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(
                                "https://localhost:" + server.address().getPort() + "/api/v1/me"))
                        .header("Authorization", "Bearer " + server.token())
                        .build(),
                BodyHandlers.ofString());
    }

    private static void assertAreOfThisHost(HttpResponse<String> response) {
        assertThat(response.headers().allValues("Set-Cookie")).isNotEmpty().allSatisfy(cookie -> assertThat(cookie)
                .startsWith("__Host-agyn_")
                .contains("Secure", "HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain("Domain"));
    }

    /** The cookies that a browser sends back. */
    private static String cookies(HttpResponse<String> response) {
        return response.headers().allValues("Set-Cookie").stream()
                .map(cookie -> cookie.split(";")[0])
                .collect(Collectors.joining("; "));
    }

    private static String csrf(HttpResponse<String> page) {
        return "&csrf=" + Visitor.hidden("csrf", page.body());
    }

    private static HttpResponse<String> page(HttpClient browser, ServerProcess server, String path, String cookies)
            throws Exception {
        return browser.send(console(server, path, cookies).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> send(
            HttpClient browser, ServerProcess server, String path, String cookies, String form) throws Exception {
        return browser.send(
                console(server, path, cookies)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder console(ServerProcess server, String path, String cookies) {
        return HttpRequest.newBuilder(
                        URI.create("https://localhost:" + server.address().getPort() + path))
                // The header that browsers send for same-origin pages.
                .header("Sec-Fetch-Site", "same-origin")
                .header("Cookie", cookies);
    }

    private static HttpResponse<String> http(ServerProcess server) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://localhost:" + server.address().getPort() + "/api/v1/me"))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private static HttpClient trusting(OwnCertificate own) throws Exception {
        return trustingBuilder(own).build();
    }

    /** The head of a response over HTTP/1.1, in lower case, to a request that names a host. */
    private static String head(OwnCertificate own, ServerProcess server, String host) throws Exception {
        try (Socket socket = context(own)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.getOutputStream()
                    .write(("GET /api/v1/me HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(UTF_8));
            String response = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return response.substring(0, response.indexOf("\r\n\r\n")).toLowerCase(Locale.ROOT);
        }
    }

    private static HttpClient.Builder trustingBuilder(OwnCertificate own) throws Exception {
        return HttpClient.newBuilder().sslContext(context(own)).connectTimeout(PATIENCE);
    }

    private static SSLContext context(OwnCertificate own) throws Exception {
        Certificate certificate;
        try (var in = Files.newInputStream(own.certificate())) {
            certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("own", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        return tls;
    }
}
