package io.agyn.it;

import static io.agyn.it.ServerProcess.TERMINATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.proxy.RawCaller;
import io.agyn.proxy.WebSocketCaller;
import io.agyn.scripted.ReceivedCall;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.GoAway;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests to a packaged server that is being stopped. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ProxyShutdownIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String FOUR_SECONDS = "events=20;every=200ms";
    private static final String LIVE = "GET /q/health/live HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String METRICS = "GET /q/metrics HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    private Path folder;

    private Cluster cluster;
    private ServerProcess server;
    // Read while the server still publishes it.
    private URI address;
    private String token;

    @AfterEach
    void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void openConnectionsAreServedAndNewOnesRefused() throws Exception {
        start("30s", "0s");
        try (HttpClient client = HttpClient.newHttpClient();
                RawCaller pooled = new RawCaller(address.getPort());
                RawCaller unused = new RawCaller(address.getPort());
                RawCaller prometheus = new RawCaller(address.getPort())) {
            assertThat(pooled.send(me()).response().status()).isEqualTo(200);
            assertThat(prometheus.send(METRICS).response().status()).isEqualTo(200);
            HttpResponse<InputStream> stream = client.send(call("events=20;every=150ms"), BodyHandlers.ofInputStream());
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream.body()));
            assertThat(reader.readLine()).startsWith("event: response.created");

            server.terminate();

            awaitRefusedConnections();
            for (RawCaller caller : List.of(pooled, unused)) {
                RawCaller.Response last = caller.send(me()).response();
                assertThat(last.status()).isEqualTo(200);
                assertThat(last.values("connection")).containsExactly("close");
                assertThat(caller.isEnded()).isTrue();
            }
            for (int scrape = 0; scrape < 3; scrape++) {
                RawCaller.Response metrics = prometheus.send(METRICS).response();
                assertThat(metrics.status()).isEqualTo(200);
                assertThat(metrics.body()).contains("agyn_http_connections 2");
                assertThat(metrics.values("connection")).isEmpty();
            }
            List<String> rest = reader.lines().toList();
            assertThat(rest).anyMatch(line -> line.contains("response.completed"));
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
            assertThat(cluster.provider().received()).noneMatch(ReceivedCall::callerLeft);
            assertThat(server.output()).doesNotContain("WARN", "ERROR");
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void http2CallersGetGoAwayAndTheirStreamsFinish() throws Exception {
        Vertx vertx = Vertx.vertx();
        CompletableFuture<GoAway> goAways = new CompletableFuture<>();
        start("30s", "0s");
        try {
            HttpClientOptions http2 = new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false);
            CompletableFuture<Buffer> stream = vertx.createHttpClient(http2)
                    .connectionHandler(connection -> connection.goAwayHandler(goAways::complete))
                    .request(HttpMethod.POST, address.getPort(), address.getHost(), "/v1/responses")
                    .compose(request -> request.putHeader("authorization", "Bearer " + token)
                            .putHeader("x-scripted", "events=10;every=200ms")
                            .send("{\"model\":\"%s\",\"stream\":true}"
                                    .formatted(cluster.organization().model())))
                    .compose(HttpClientResponse::body)
                    .toCompletionStage()
                    .toCompletableFuture();
            cluster.provider().await(call -> true, PATIENCE);

            server.terminate();

            GoAway goAway = goAways.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(goAway.getErrorCode()).isZero();
            // A request is in flight.
            assertThat(goAway.getLastStreamId()).isEqualTo(Integer.MAX_VALUE);
            assertThat(stream.isDone()).isFalse();
            assertThat(stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).toString())
                    .contains("response.completed");
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
        } finally {
            vertx.close();
        }
    }

    @Test
    void webSocketsCloseAtOnceOrAfterTheirResponse() throws Exception {
        start("30s", "0s");
        ModelCaller caller = caller();
        try (WebSocketCaller idle = caller.webSocket();
                WebSocketCaller busy = WebSocketCaller.connect(
                        ModelCaller.HTTP, address, authorization(), "x-scripted: " + FOUR_SECONDS);
                RawCaller prometheus = new RawCaller(address.getPort())) {
            assertThat(prometheus.send(METRICS).response().status()).isEqualTo(200);
            idle.send(caller.message());
            assertThat(idle.last().getString("type")).isEqualTo("response.completed");
            busy.send(caller.message());
            assertThat(busy.next()).contains("response.created");

            server.terminate();

            assertThat(idle.closeCode()).isEqualTo(1012);
            await("only these two connections")
                    .atMost(PATIENCE)
                    .until(() -> prometheus.send(METRICS).response().body().contains("agyn_http_connections 2"));
            busy.send("{\"stream_id\":\"late\"," + caller.message().substring(1));
            JsonObject rejection = busy.last();
            assertThat(rejection.getInteger("status")).isEqualTo(503);
            assertThat(rejection.getString("stream_id")).isEqualTo("late");
            assertThat(busy.last().getString("type")).isEqualTo("response.completed");
            assertThat(busy.closeCode()).isEqualTo(1012);
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
            assertThat(server.output()).doesNotContain("WARN", "ERROR");
        }
    }

    @Test
    void webSocketsBeyondTheLimitGetAnError() throws Exception {
        start("1s", "0s");
        ModelCaller caller = caller();
        try (WebSocketCaller busy =
                WebSocketCaller.connect(ModelCaller.HTTP, address, authorization(), "x-scripted: stall=within")) {
            busy.send(caller.message());
            assertThat(busy.next()).contains("response.created");
            server.terminate();
            assertThat(busy.last().getInteger("status")).isEqualTo(503);
            assertThat(busy.closeCode()).isEqualTo(1012);
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
        }
    }

    @Test
    void readinessIsDownBeforeConnectionsAreRefused() throws Exception {
        start("30s", "2s");
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI readiness = address.resolve("/q/health/ready");
            Instant signalled = Instant.now();
            server.terminate();
            int status = await("not ready")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(
                            () -> client.send(HttpRequest.newBuilder(readiness).build(), BodyHandlers.discarding())
                                    .statusCode(),
                            last -> last != 200);
            assertThat(status).isEqualTo(503);
            try (RawCaller fresh = new RawCaller(address.getPort())) {
                RawCaller.Response served = fresh.send(me()).response();
                assertThat(served.status()).isEqualTo(200);
                assertThat(served.values("connection")).isEmpty();
            }
            awaitRefusedConnections();
            assertThat(Duration.between(signalled, Instant.now())).isGreaterThan(Duration.ofSeconds(2));
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
        }
    }

    @Test
    void callsBeyondTheLimitAreRejected() throws Exception {
        start("1s", "0s");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> stream = client.send(call("endless;every=50ms"), BodyHandlers.ofInputStream());
            CompletableFuture<HttpResponse<String>> silent =
                    client.sendAsync(call("stall=before"), BodyHandlers.ofString());
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream.body()));
            assertThat(reader.readLine()).isNotNull();

            server.terminate();

            HttpResponse<String> rejected = silent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(rejected.statusCode()).isEqualTo(503);
            assertThat(rejected.headers().firstValue("retry-after")).isPresent();
            assertThat(rejected.body()).contains("\"error\":{", "This server is stopping");
            StringBuilder seen = new StringBuilder();
            try {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    seen.append(line);
                }
            } catch (IOException e) {
                // A broken stream may end so.
            }
            assertThat(seen).doesNotContain("response.completed");
            assertThat(seen).contains("This server is stopping");
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
            assertThat(server.output()).contains("After AGYN_SHUTDOWN_TIMEOUT (1 s), 2 requests in flight are aborted");
            cluster.provider().await(ReceivedCall::callerLeft, PATIENCE);
        }
    }

    @Test
    void idleServerStopsImmediately() throws Exception {
        start("30s", "0s");
        try (RawCaller idle = new RawCaller(address.getPort())) {
            assertThat(idle.send(LIVE).response().status()).isEqualTo(200);
            Instant signalled = Instant.now();
            server.terminate();
            assertThat(server.exitCode()).isEqualTo(TERMINATED);
            assertThat(Duration.between(signalled, Instant.now())).isLessThan(Duration.ofSeconds(10));
        }
    }

    private void start(String timeout, String delay) throws Exception {
        cluster = Cluster.in(folder)
                .with("AGYN_SHUTDOWN_TIMEOUT", timeout)
                .with("AGYN_SHUTDOWN_DELAY", delay)
                .start();
        server = cluster.server();
        address = server.address();
        token = server.token();
    }

    private String authorization() {
        return "authorization: Bearer " + token;
    }

    private String me() {
        return "GET /api/v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\n\r\n";
    }

    private HttpRequest call(String script) {
        return caller().request("shutdown", true).header("x-scripted", script).build();
    }

    private ModelCaller caller() {
        return new ModelCaller(address, token, cluster.organization());
    }

    private void awaitRefusedConnections() {
        await("connections are refused")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    try (RawCaller caller = new RawCaller(address.getPort())) {
                        return false;
                    } catch (ConnectException e) {
                        return true;
                    }
                });
    }
}
