package io.agyn.proxy.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressResolverTest {
    // No name server knows this name.
    private static final String HOST = "models.test";
    private static final int CALLS = 200;
    private static final EgressRoute THIS_MACHINE = new EgressRoute.Direct("127.0.0.1");

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void checkedAddressIsCalledWithTheProvidersHostName() throws Exception {
        TlsServer server = TlsServer.start(vertx, folder, HOST);
        Settings settings = read("agyn.extra-ca-file", server.certificate().toString());
        assertThat(call(settings, true, HOST, server.port(), THIS_MACHINE))
                .isEqualTo("HTTP_2 %s %s:%d", HOST, HOST, server.port());
    }

    @ParameterizedTest
    @CsvSource({"true, 20000", "false, 20000", "true, 1000000", "false, 1000000", "false, 200"})
    void configuredNumberOfCallsIsInFlight(boolean http2, int limit) throws Exception {
        Queue<HttpServerRequest> waiting = new ConcurrentLinkedQueue<>();
        TlsServer server = TlsServer.start(vertx, folder, HOST, http2, request -> {
            waiting.add(request);
            if (waiting.size() == CALLS) {
                waiting.forEach(each -> each.response().end("all here"));
            }
        });
        Settings settings = read(
                "agyn.extra-ca-file",
                server.certificate().toString(),
                "agyn.proxy.calls-per-provider",
                Integer.toString(limit));
        HttpClient client = new HttpClients(settings).tls(vertx);
        List<CompletableFuture<String>> responses = Stream.generate(
                        () -> call(client, true, HOST, server.port(), THIS_MACHINE))
                .limit(CALLS)
                .toList();
        for (CompletableFuture<String> response : responses) {
            assertThat(response.get(60, TimeUnit.SECONDS)).isEqualTo("all here");
        }
    }

    @Test
    void untrustedCertificateIsRejected() throws Exception {
        TlsServer server = TlsServer.start(vertx, folder, HOST);
        assertThatThrownBy(() -> call(SettingsReader.read(Map.of()), true, HOST, server.port(), THIS_MACHINE))
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void certificateOfAnotherHostIsRejected() throws Exception {
        TlsServer server = TlsServer.start(vertx, folder, HOST);
        Settings settings = read("agyn.extra-ca-file", server.certificate().toString());
        assertThatThrownBy(() -> call(settings, true, "other.test", server.port(), THIS_MACHINE))
                .hasCauseInstanceOf(SSLException.class);
        // Also if the verified name is the dialled address.
        assertThatThrownBy(() -> call(settings, true, "127.0.0.1", server.port(), THIS_MACHINE))
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void plainProviderIsCalledByHttp11UnderItsHost() throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.response().end(request.version() + " " + request.authority()))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        assertThat(call(SettingsReader.read(Map.of()), false, HOST, server.actualPort(), THIS_MACHINE))
                .isEqualTo("HTTP_1_1 %s:%d", HOST, server.actualPort());
    }

    @Test
    void tlsProviderBehindAnHttpProxyIsTunnelledByNameAndVerified() throws Exception {
        TlsServer server = TlsServer.start(vertx, folder, HOST);
        try (HttpProxyServer proxy = new HttpProxyServer()) {
            Settings settings = read(
                    "agyn.extra-ca-file",
                    server.certificate().toString(),
                    "agyn.egress.http-proxy",
                    "http://us%40er:pass@127.0.0.1:" + proxy.port());
            EgressRoute route = routes(settings).resolve(HOST).get().getFirst();
            assertThat(route.toString()).doesNotContain("pass");
            assertThat(call(settings, true, HOST, server.port(), route))
                    .isEqualTo("HTTP_2 %s %s:%d", HOST, HOST, server.port());
            // "us@er:pass"
            assertThat(proxy.heads()).singleElement().satisfies(head -> assertThat(head)
                    .startsWith("CONNECT %s:%d HTTP/1.1\r\n".formatted(HOST, server.port()))
                    .containsIgnoringCase("proxy-authorization: Basic dXNAZXI6cGFzcw==\r\n"));
            assertThatThrownBy(() -> call(settings, true, "other.test", server.port(), route))
                    .hasCauseInstanceOf(SSLException.class);
        }
    }

    @Test
    void plainProviderBehindAnHttpProxyIsCalledByItsWholeUrl() throws Exception {
        try (HttpProxyServer proxy = new HttpProxyServer()) {
            Settings settings = read("agyn.egress.http-proxy", "http://user@127.0.0.1:" + proxy.port());
            EgressRoute route = routes(settings).resolve(HOST).get().getFirst();
            assertThat(call(settings, false, HOST, 8000, route)).isEqualTo("forwarded");
            // "user:"
            assertThat(proxy.heads()).singleElement().satisfies(head -> assertThat(head)
                    .startsWith("GET http://models.test:8000/v1/models?a=b HTTP/1.1\r\n")
                    .containsIgnoringCase("host: models.test:8000\r\n")
                    .containsIgnoringCase("proxy-authorization: Basic dXNlcjo=\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "2852039166", "0xa9.0xfe.0xa9.0xfe", "fe80::1", "::ffff:169.254.0.1"})
    void httpProxyIsNotUsedForDeniedAddresses(String host) {
        Settings settings = read("agyn.egress.http-proxy", "http://proxy.test:3128");
        assertThatThrownBy(() -> routes(settings).resolve(host).get()).hasCauseInstanceOf(EgressDeniedException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    localhost            |                              | direct
                    a.localhost          |                              | direct
                    127.0.0.1            |                              | direct
                    ::1                  |                              | direct
                    models.test          |                              | proxy
                    models.test          | models.test                  | direct
                    models.test          | Models.Test                  | direct
                    MODELS.TEST          | models.test                  | direct
                    eu.models.test       | models.test                  | direct
                    eu.models.test       | other.test , .models.test    | direct
                    mymodels.test        | models.test                  | proxy
                    models.test          | eu.models.test               | proxy
                    models.test          | ,,                           | proxy
                    models.test          | *                            | direct
                    192.0.2.1            | *                            | direct
                    192.0.2.1            | 192.0.2.1                    | direct
                    192.0.2.1            | 192.0.2.0/24                 | direct
                    192.0.3.1            | 192.0.2.0/24                 | proxy
                    2001:db8::1          | 2001:db8::/32                | direct
                    """)
    void hostsThatTheOperatorNamesAreCalledWithoutTheHttpProxy(String host, String noProxy, String route) {
        Settings settings = read(
                "agyn.egress.http-proxy",
                "http://proxy.test:3128",
                "agyn.egress.no-proxy",
                noProxy == null ? "" : noProxy);
        AddressRules rules = new AddressRules(settings);
        Addresses addresses = new Addresses(rules, name ->
                new InetAddress[] {InetAddress.ofLiteral("192.0.2.7"), InetAddress.ofLiteral("2001:db8::7")});
        List<EgressRoute> routes =
                new EgressResolver(rules, addresses, settings).resolve(host).join();
        if (route.equals("direct")) {
            assertThat(routes)
                    .containsExactly(
                            new EgressRoute.Direct("192.0.2.7"), new EgressRoute.Direct("2001:db8:0:0:0:0:0:7"));
        } else {
            assertThat(routes).singleElement().isInstanceOf(EgressRoute.ViaProxy.class);
        }
    }

    @Test
    void unknownHostFailsWithoutAnHttpProxy() {
        assertThatThrownBy(() ->
                        routes(SettingsReader.read(Map.of())).resolve(HOST).get())
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    private static Settings read(String... pairs) {
        return SettingsReader.read(
                pairs.length == 2 ? Map.of(pairs[0], pairs[1]) : Map.of(pairs[0], pairs[1], pairs[2], pairs[3]));
    }

    private static EgressResolver routes(Settings settings) {
        AddressRules rules = new AddressRules(settings);
        return new EgressResolver(rules, new Addresses(rules), settings);
    }

    private String call(Settings settings, boolean tls, String host, int port, EgressRoute route)
            throws InterruptedException, ExecutionException {
        HttpClients clients = new HttpClients(settings);
        HttpClient client = tls ? clients.tls(vertx) : clients.plain(vertx);
        return call(client, tls, host, port, route).get();
    }

    private static CompletableFuture<String> call(
            HttpClient client, boolean tls, String host, int port, EgressRoute route) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(host)
                .setPort(port)
                .setSsl(tls)
                .setURI("/v1/models?a=b");
        route.applyTo(options);
        return client.request(options)
                .compose(HttpClientRequest::send)
                .compose(HttpClientResponse::body)
                .map(Buffer::toString)
                .toCompletionStage()
                .toCompletableFuture();
    }
}
