package io.agyn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.console.Visitor;
import io.agyn.proxy.egress.OwnCertificate;
import io.agyn.scripted.Options;
import io.agyn.scripted.ScriptedProvider;
import io.restassured.http.ContentType;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server's listener: protocols and time limits. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ListenerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SLOW_CALLERS = 500;
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\\r\\ncontent-length: (\\d+)\\r\\n");

    // HTTP/2 (RFC 9113): the preface with empty settings, and types and flags of frames.
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "");
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int PING = 6;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    // By HPACK (RFC 7541): GET, http, and literal a path and an authority.
    private static final String GET_LIVE = "\u0082\u0086\u0004\u000e/q/health/live\u0001\u0001a";

    private static final String LIVE = "GET /q/health/live HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    private Path folder;

    @Test
    void replacedCertificateIsServedToNewConnections() throws Exception {
        OwnCertificate first = OwnCertificate.create(Files.createDirectory(folder.resolve("first")), "localhost");
        OwnCertificate second = OwnCertificate.create(Files.createDirectory(folder.resolve("second")), "localhost");
        Path certificate = Files.copy(first.certificate(), folder.resolve("certificate.pem"));
        Path key = Files.copy(first.key(), folder.resolve("key.pem"));
        try (ServerProcess server = ServerProcess.run(folder.resolve("server"), tls(certificate, key))
                        .ready();
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
    void modelIsTestedOnAServerWithTls() throws Exception {
        OwnCertificate own = OwnCertificate.create(Files.createDirectory(folder.resolve("own")), "localhost");
        try (ScriptedProvider provider = ScriptedProvider.start(Options.defaults());
                ServerProcess server = ServerProcess.run(folder.resolve("server"), tls(own.certificate(), own.key()))
                        .ready()) {
            String organization = createByTls(server, "organizations", Map.of("name", "Acme"));
            String below = "organizations/" + organization;
            String llmProvider = createByTls(
                    server,
                    below + "/llm-providers",
                    Map.of(
                            "name", "p",
                            "endpoint", provider.origin().toString(),
                            "protocol", "responses",
                            "auth_method", "bearer",
                            "token", "sk"));
            String model = createByTls(
                    server,
                    below + "/models",
                    Map.of("name", "m", "provider_id", llmProvider, "remote_model_name", "remote"));
            server.request()
                    .relaxedHTTPSValidation()
                    .post("/api/v1/" + below + "/models/" + model + "/test")
                    .then()
                    .statusCode(200)
                    .body("explanation", nullValue())
                    .body("succeeded", equalTo(true));
        }
    }

    private static String createByTls(ServerProcess server, String path, Map<String, String> body) throws IOException {
        return server.request()
                .relaxedHTTPSValidation()
                .contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/" + path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    @Test
    void signInByTlsSetsHostCookies() throws Exception {
        OwnCertificate own = OwnCertificate.create(Files.createDirectory(folder.resolve("own")), "localhost");
        try (ServerProcess server = ServerProcess.run(folder.resolve("server"), tls(own.certificate(), own.key()))
                        .ready();
                HttpClient browser = trusting(own)) {
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
    void slowCallersTimeOutWithoutDelayingOthers() throws Exception {
        try (ServerProcess server = ServerProcess.run(
                                folder.resolve("server"), Map.of("AGYN_HTTP_REQUEST_TIMEOUT", "3s"))
                        .ready();
                Callers idle = new Callers(server, 1);
                Callers kept = new Callers(server, 1);
                Callers heads = new Callers(server, SLOW_CALLERS);
                Callers bodies = new Callers(server, SLOW_CALLERS)) {
            // In two pieces.
            kept.send("GET /q/health/live HTTP/1.1\r\n");
            kept.send("Host: a\r\n\r\n");
            kept.readResponse();
            bodies.send(
                    "POST /api/v1/organizations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization:"
                            + " Bearer " + server.token() + "\r\nContent-Length: 1000\r\n\r\n");
            Instant begun = Instant.now();
            for (int turn = 0; turn < 12; turn++) {
                heads.send("G");
                bodies.send("{");
                server.request().get("/api/v1/organizations").then().statusCode(200);
                Thread.sleep(500);
            }
            assertThat(heads.ends()).as("heads that were given up").allMatch(String::isEmpty);
            assertThat(bodies.ends()).as("bodies that were given up").allSatisfy(response -> assertThat(response)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("request_timeout", "The body took longer than 3 s to arrive"));
            assertThat(Duration.between(begun, Instant.now())).isLessThan(PATIENCE);
            assertThat(idle.ends()).as("a connection without a byte").containsExactly("");
            assertThat(kept.isOpen()).as("a connection that is kept and idle").isTrue();

            // A kept connection may be reused, and a slow head times out then too.
            kept.send("GET /q/health/live HTTP/1.1\r\nHost: a\r\n\r\n");
            kept.readResponse();
            kept.send("GET");
            assertThat(kept.ends()).as("after a slow head").containsExactly("");
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void slowHttp2CallersAreClosedAndIdleOnesKept() throws Exception {
        try (ServerProcess server = ServerProcess.run(
                                folder.resolve("server"), Map.of("AGYN_HTTP_REQUEST_TIMEOUT", "2s"))
                        .ready();
                Callers silent = new Callers(server, 1);
                Callers headless = new Callers(server, 1);
                Callers endless = new Callers(server, 1);
                Callers half = new Callers(server, 1);
                Callers kept = new Callers(server, 1)) {
            for (Callers callers : List.of(silent, headless, endless, half, kept)) {
                callers.send(PREFACE);
            }
            for (Callers callers : List.of(endless, half, kept)) {
                callers.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, GET_LIVE));
            }
            headless.send(frame(HEADERS, END_STREAM, 1, GET_LIVE));
            endless.send(frame(HEADERS, END_STREAM, 3, GET_LIVE));
            half.send(frame(PING, 0, 0, "12345678").substring(0, 12));
            Instant begun = Instant.now();
            for (int turn = 0; turn < 10; turn++) {
                endless.send(frame(CONTINUATION, 0, 3, "\u0000\u0001" + "a\u0001b"));
                // A complete frame that ends its stream without a request.
                kept.send(frame(RST_STREAM, 0, 1, "\0\0\0\u0008") + frame(PING, 0, 0, "12345678"));
                Thread.sleep(300);
            }
            assertThat(List.of(silent, headless, endless, half))
                    .allSatisfy(callers -> assertThat(callers.ends()).hasSize(1));
            assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(10));
            assertThat(kept.isStillOpen()).as("a connection that is kept").isTrue();
            assertThat(server.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void connectionsBeyondTheLimitsAreClosedAndCounted() throws Exception {
        Map<String, String> limits = Map.of("AGYN_HTTP_CONNECTIONS", "12", "AGYN_HTTP_CONNECTIONS_PER_ADDRESS", "10");
        try (ServerProcess server =
                ServerProcess.run(folder.resolve("server"), limits).ready()) {
            try (Callers some = new Callers(server, 5)) {
                some.send(LIVE);
                some.readResponse();
                for (int turn = 0; turn < 20; turn++) {
                    try (Callers more = new Callers(server, 1)) {
                        more.send(LIVE);
                        assertThat(more.readResponse()).allMatch(response -> response.startsWith("HTTP/1.1 200 "));
                    }
                }
                await().atMost(PATIENCE).until(() -> metrics(server).contains("agyn_http_connections 6.0"));
                // The sixth connection is the metrics request, which ends after its response.
                Thread.sleep(500);
                try (Callers last = new Callers(server, 5)) {
                    last.send(LIVE);
                    last.readResponse();
                    try (Callers tooMany = new Callers(server, 5)) {
                        assertThat(tooMany.ends()).containsOnly("");
                    }
                    assertThat(last.isOpen()).isTrue();
                }
                assertThat(some.isOpen()).isTrue();
            }
            await().atMost(PATIENCE).until(() -> metrics(server)
                    .contains("agyn_http_connections_refused_total{limit=\"address\"} 5.0"));
            assertThat(metrics(server)).contains("agyn_http_connections_refused_total{limit=\"total\"} 0.0");
        }
    }

    private static String metrics(ServerProcess server) throws IOException {
        return server.request().header("Connection", "close").get("/q/metrics").asString();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void silentConnectionsAreKeptAliveByProbes() throws Exception {
        try (ServerProcess server =
                        ServerProcess.run(folder.resolve("server"), Map.of()).ready();
                Callers caller = new Callers(server, 1)) {
            assertThat(caller.isOpen()).isTrue();
            String port = "%04X".formatted(server.address().getPort());
            // local_address rem_address st tx_queue:rx_queue tr:tm->when; timer 2 is keep-alive.
            List<String> timers = Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                    .map(Path::of)
                    .filter(Files::exists)
                    .flatMap(ListenerIT::lines)
                    .map(line -> line.strip().split("\\s+"))
                    .filter(field -> field[1].endsWith(":" + port) && field[3].equals("01"))
                    .map(field -> field[5])
                    .toList();
            assertThat(timers).hasSize(1).allSatisfy(timer -> {
                assertThat(timer).startsWith("02:");
                // In hundredths of a second.
                assertThat(Integer.parseInt(timer.substring(3), 16)).isLessThanOrEqualTo(6000);
            });
        }
    }

    @Test
    void speaksTls12WithForwardSecrecyAlone() throws Exception {
        OwnCertificate own = OwnCertificate.create(Files.createDirectory(folder.resolve("own")), "localhost");
        try (ServerProcess server = ServerProcess.run(folder.resolve("server"), tls(own.certificate(), own.key()))
                .ready()) {
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
    }

    @Test
    void longCallIsNotCutOff() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.start();
                HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ServerProcess server = ServerProcess.run(
                                folder.resolve("server"), Map.of("AGYN_HTTP_REQUEST_TIMEOUT", "1s"))
                        .ready()) {
            register(server, provider);
            CompletableFuture<HttpResponse<String>> stream = http.sendAsync(
                    HttpRequest.newBuilder(server.address().resolve("/v1/responses"))
                            .header("Authorization", "Bearer " + server.token())
                            .header("x-scripted", "events=40;every=100ms")
                            .POST(BodyPublishers.ofString("{\"model\":\"gpt\",\"stream\":true,\"input\":\"hi\"}"))
                            .build(),
                    BodyHandlers.ofString());
            String body = "{\"model\":\"gpt\",\"input\":\"%s\"}".formatted("x".repeat(100));
            String head = "POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + server.token()
                    + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
            try (Callers kept = new Callers(server, 1);
                    Callers uploading = new Callers(server, 1)) {
                uploading.send(head);
                for (int i = 0; i < 8; i++) {
                    uploading.send(body.substring(i * body.length() / 8, (i + 1) * body.length() / 8));
                    kept.send(head + body);
                    assertThat(kept.readResponse()).allMatch(response -> response.startsWith("HTTP/1.1 200 "));
                    Thread.sleep(500);
                }
                assertThat(uploading.readResponse()).allMatch(response -> response.startsWith("HTTP/1.1 200 "));
            }
            assertThat(stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                    .contains("response.completed");
        }
    }

    /** A model named gpt, of the scripted provider. */
    private static void register(ServerProcess server, ScriptedProvider provider) throws IOException {
        String organization = create(server, "organizations", Map.of("name", "Acme"));
        String llmProvider = create(
                server,
                "organizations/" + organization + "/llm-providers",
                Map.of(
                        "name", "provider",
                        "endpoint", provider.origin() + "/v1",
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token", "sk-of-the-provider"));
        create(
                server,
                "organizations/" + organization + "/models",
                Map.of("name", "gpt", "provider_id", llmProvider, "remote_model_name", "gpt-remote"));
    }

    private static String create(ServerProcess server, String path, Map<String, String> body) throws IOException {
        return server.request()
                .contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/" + path)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static Map<String, String> tls(Path certificate, Path key) {
        return Map.of(
                "AGYN_HTTP_TLS_CERTIFICATE_FILE", certificate.toString(), "AGYN_HTTP_TLS_KEY_FILE", key.toString());
    }

    private String rejection(Map<String, String> variables) throws Exception {
        try (ServerProcess server = ServerProcess.run(folder.resolve("rejected"), variables)) {
            assertThat(server.exitCode()).isEqualTo(1);
            return server.errors();
        }
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

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String frame(int type, int flags, int stream, String payload) {
        return new String(new char[] {
                    0,
                    (char) (payload.length() >> 8),
                    (char) (payload.length() & 0xff),
                    (char) type,
                    (char) flags,
                    0,
                    0,
                    0,
                    (char) stream
                })
                + payload;
    }

    /** Connections whose every byte the test sends. */
    private static final class Callers implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();

        Callers(ServerProcess server, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.setTcpNoDelay(true);
                socket.connect(
                        new InetSocketAddress("127.0.0.1", server.address().getPort()), (int) PATIENCE.toMillis());
            }
        }

        /** Sends on the open connections. */
        void send(String text) {
            for (Socket socket : sockets) {
                try {
                    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
                } catch (IOException e) {
                    // Closed by the server; ends() counts it.
                }
            }
        }

        /** The bytes that each connection received until it was closed. */
        List<String> ends() throws IOException {
            List<String> ends = new ArrayList<>();
            for (Socket socket : sockets) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                ends.add(new String(read(socket), US_ASCII));
            }
            return ends;
        }

        private static byte[] read(Socket socket) throws IOException {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            try {
                for (int next = socket.getInputStream().read();
                        next >= 0;
                        next = socket.getInputStream().read()) {
                    read.write(next);
                }
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                // Reset, since bytes were in flight to the closed socket.
            }
            return read.toByteArray();
        }

        /** Reads one response per connection, as long as its Content-Length, and returns the heads. */
        List<String> readResponse() throws IOException {
            List<String> heads = new ArrayList<>();
            for (Socket socket : sockets) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int next = socket.getInputStream().read();
                    if (next < 0) {
                        throw new EOFException("closed after: " + head);
                    }
                    head.append((char) next);
                }
                Matcher length = CONTENT_LENGTH.matcher(head);
                assertThat(length.find()).as(head.toString()).isTrue();
                socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
                heads.add(head.toString());
            }
            return heads;
        }

        /** Whether all connections are open after the received bytes. */
        boolean isStillOpen() throws IOException {
            for (Socket socket : sockets) {
                socket.getInputStream().readNBytes(socket.getInputStream().available());
            }
            return isOpen();
        }

        boolean isOpen() throws IOException {
            for (Socket socket : sockets) {
                socket.setSoTimeout(100);
                try {
                    if (socket.getInputStream().read() < 0) {
                        return false;
                    }
                } catch (SocketTimeoutException e) {
                    // No bytes, and no end.
                }
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
