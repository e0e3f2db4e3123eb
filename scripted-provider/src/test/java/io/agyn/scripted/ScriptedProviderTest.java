package io.agyn.scripted;

import static io.agyn.scripted.Client.MESSAGES;
import static io.agyn.scripted.Client.PATIENCE;
import static io.agyn.scripted.Client.body;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recording of calls, HTTP/2 and TLS. */
class ScriptedProviderTest {

    private static final char[] PASSWORD = "password".toCharArray();

    @Test
    void callIsRecordedByteForByteAsItArrives() throws Exception {
        String begin = "{\"model\" :\t\"m\\u002d1\",";
        String rest = "\"x\":\"\u00e9\"}\n";
        byte[] whole = (begin + rest).getBytes(UTF_8);
        try (ScriptedProvider provider = ScriptedProvider.start();
                Socket socket = new Socket(
                        provider.origin().getHost(), provider.origin().getPort())) {
            socket.getOutputStream()
                    .write(("POST /v1/messages?beta=true&a=%2F HTTP/1.1\r\nHost: here\r\nX-Twice: 1\r\nAccept:*/*\r\n"
                                    + "x-twice: 2\r\ncontent-LENGTH: " + whole.length + "\r\n\r\n" + begin)
                            .getBytes(UTF_8));
            ReceivedCall partial = provider.await(call -> call.body().length == begin.length(), PATIENCE);
            assertThat(partial.bodyEnded()).isFalse();
            assertThat(partial.status()).isZero();

            socket.getOutputStream().write(rest.getBytes(UTF_8));
            ReceivedCall call = provider.await(sent -> sent.endedAt().isPresent(), PATIENCE);

            assertThat(call.body()).isEqualTo(whole);
            assertThat(call.method()).isEqualTo("POST");
            assertThat(call.target()).isEqualTo("/v1/messages?beta=true&a=%2F");
            assertThat(call.version()).isEqualTo("HTTP/1.1");
            assertThat(call.headers())
                    .containsExactly(
                            new Header("Host", "here"),
                            new Header("X-Twice", "1"),
                            new Header("Accept", "*/*"),
                            new Header("x-twice", "2"),
                            new Header("content-LENGTH", String.valueOf(whole.length)));
            assertThat(call.values("X-TWICE")).containsExactly("1", "2");
            assertThat(call.status()).isEqualTo(200);
            assertThat(call.callerLeft()).isFalse();
            assertThat(call.begunAt()).isBeforeOrEqualTo(call.firstBodyByteAt().orElseThrow());
            assertThat(call.bodyEndedAt().orElseThrow())
                    .isBetween(
                            call.firstBodyByteAt().orElseThrow(), call.endedAt().orElseThrow());
        }
    }

    @Test
    void disconnectWithinTheRequestBodyIsRecorded() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.start()) {
            try (Socket socket =
                    new Socket(provider.origin().getHost(), provider.origin().getPort())) {
                socket.getOutputStream()
                        .write("POST /v1/messages HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{"
                                .getBytes(UTF_8));
                provider.await(call -> call.body().length == 1, PATIENCE);
            }
            assertThat(provider.await(ReceivedCall::callerLeft, PATIENCE).bodyEnded())
                    .isFalse();
        }
    }

    @Test
    void failedWaitListsTheReceivedCalls() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.start()) {
            new Client(provider).send(MESSAGES, body(false));

            assertThatThrownBy(() -> provider.await(call -> call.status() == 401, Duration.ofMillis(50)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("POST /v1/messages HTTP/1.1");
            provider.forget();
            assertThat(provider.received()).isEmpty();
        }
    }

    @Test
    void withoutRecordingResponsesRepeat() throws Exception {
        Options options = Options.defaults().withoutRecording().withEventLoops(2);
        try (ScriptedProvider provider = ScriptedProvider.start(options)) {
            Client client = new Client(provider);
            Set<String> responses = IntStream.range(0, 8)
                    .mapToObj(i -> {
                        try {
                            return client.send(MESSAGES, body(false)).body();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    })
                    .collect(Collectors.toSet());

            assertThat(responses).hasSize(1);
            assertThat(client.events(MESSAGES, body(true))).hasSize(11);
            assertThat(client.events(MESSAGES, body(true))).hasSize(11);
            assertThat(provider.received()).isEmpty();
        }
    }

    @Test
    void http2WorksWithoutTls() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.start();
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .build()) {
            HttpResponse<String> response = client.send(
                    new Client(provider).request(MESSAGES, body(true)).build(), BodyHandlers.ofString());

            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(Client.events(response.body())).hasSize(11);
            assertThat(provider.received().getFirst().version()).isEqualTo("HTTP/2");
        }
    }

    @Test
    void http2OverTlsBreaksSingleStreams(@TempDir Path folder) throws Exception {
        KeyStore keys = keyStore(folder);
        Path certificate =
                pem(folder, "CERTIFICATE", keys.getCertificate("server").getEncoded());
        Path key = pem(folder, "PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded());
        Options options = Options.defaults().withHost("localhost").withTls(certificate, key);
        try (ScriptedProvider provider = ScriptedProvider.start(options);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(trusting(keys)).build()) {
            Client requests = new Client(provider);
            HttpResponse<String> response =
                    client.send(requests.request(MESSAGES, body(false)).build(), BodyHandlers.ofString());

            assertThat(provider.origin().getScheme()).isEqualTo("https");
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.statusCode()).isEqualTo(200);
            HttpResponse<InputStream> broken = client.send(
                    requests.request(MESSAGES, body(true), "x-scripted", "break=3")
                            .build(),
                    BodyHandlers.ofInputStream());
            assertThatThrownBy(() -> broken.body().readAllBytes())
                    .hasRootCauseMessage("Received RST_STREAM: Internal error");
            // The reset of a stream is noticed although its connection stays open.
            HttpResponse<InputStream> endless = client.send(
                    requests.request(MESSAGES, body(true), "x-scripted", "endless")
                            .build(),
                    BodyHandlers.ofInputStream());
            endless.body().close();
            provider.await(ReceivedCall::callerLeft, PATIENCE);
        }
        try (ScriptedProvider provider = ScriptedProvider.start(options.withoutHttp2());
                HttpClient client =
                        HttpClient.newBuilder().sslContext(trusting(keys)).build()) {
            assertThat(client.send(
                                    new Client(provider)
                                            .request(MESSAGES, body(false))
                                            .build(),
                                    BodyHandlers.ofString())
                            .version())
                    .isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    /** Runs keytool, since the JDK has no API to create certificates. */
    private static KeyStore keyStore(Path folder) throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        return KeyStore.getInstance(file.toFile(), PASSWORD);
    }

    private static Path pem(Path folder, String kind, byte[] der) throws Exception {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                folder.resolve(kind.replace(' ', '-') + ".pem"),
                "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, base64, kind));
    }

    private static SSLContext trusting(KeyStore keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
