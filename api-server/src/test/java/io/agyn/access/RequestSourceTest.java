package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The source address of real requests, and the throttling by it. */
@Timeout(20)
class RequestSourceTest {
    private final SourceAddress trustsNobody = new SourceAddress("");
    private final SourceAddress trustsLoopback = new SourceAddress("127.0.0.0/8");
    private final Vertx vertx = Vertx.vertx();
    private Function<HttpServerRequest, Object> evaluated = request -> "";
    private HttpServer server;

    @BeforeEach
    void start() {
        server = vertx.createHttpServer()
                .requestHandler(request ->
                        request.response().end(evaluated.apply(request).toString()))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void onlyTrustedProxiesForwardAddresses() throws Exception {
        assertThat(of(trustsNobody::of, "X-Forwarded-For", "192.0.2.1")).isEqualTo("127.0.0.1");
        assertThat(of(trustsLoopback::of, "X-Forwarded-For", "192.0.2.1")).isEqualTo("192.0.2.1");
    }

    @Test
    void onlyTrustedProxiesReportTls() throws Exception {
        assertThat(of(trustsLoopback::isTls, "X-Forwarded-Proto", "https")).isEqualTo("true");
        assertThat(of(trustsLoopback::isTls, "X-Forwarded-Proto", "http")).isEqualTo("false");
        assertThat(of(trustsNobody::isTls, "X-Forwarded-Proto", "https")).isEqualTo("false");
    }

    @Test
    void trustedProxiesAreKnownByAddress() {
        assertThat(trustsLoopback.isTrustedProxy(InetAddress.ofLiteral("127.0.0.9")))
                .isTrue();
        assertThat(trustsLoopback.isTrustedProxy(InetAddress.ofLiteral("192.0.2.1")))
                .isFalse();
    }

    @Test
    void tooManyFailedTokensGet429AndATimeToWait() throws Exception {
        Throttle throttle = new Throttle(1);
        ProblemException unknown = new ProblemException(ProblemKind.UNAUTHENTICATED, "unknown");
        Function<HttpServerRequest, Object> failure = request -> {
            ProblemException e = new FailedTokens(throttle, trustsLoopback, request).count("guess", unknown);
            return e.kind().name() + " " + e.headers();
        };
        assertThat(of(failure, "X-Forwarded-For", "192.0.2.1")).isEqualTo("UNAUTHENTICATED {}");
        assertThat(of(failure, "X-Forwarded-For", "192.0.2.1")).isEqualTo("TOO_MANY_REQUESTS {Retry-After=60}");
        assertThat(of(failure, "X-Forwarded-For", "192.0.2.2")).isEqualTo("UNAUTHENTICATED {}");
    }

    private String of(Function<HttpServerRequest, Object> function, String header, String value) throws Exception {
        evaluated = function;
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort()))
                    .header(header, value)
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }
}
