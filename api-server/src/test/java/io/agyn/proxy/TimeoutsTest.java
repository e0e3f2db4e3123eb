package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Protocol;
import io.agyn.database.PostgresTestResource;
import io.agyn.ids.Uuid7;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.egress.EgressRoute;
import io.agyn.proxy.egress.HttpClients;
import io.agyn.proxy.forwarding.UpstreamConnector;
import io.agyn.proxy.forwarding.Upstreams;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.Target;
import io.agyn.scripted.ReceivedCall;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each wait of a call has a time limit. */
@QuarkusTest
@TestProfile(ShortLimits.class)
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TimeoutsTest {
    private static final String STREAM = "\"stream\":true";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Inject
    Vertx vertx;

    @Inject
    HttpClients clients;

    @Test
    void providerWithoutAFirstByteTimesOut() throws Exception {
        SCENE.provider().script("stall=before");
        List<HttpResponse<byte[]>> responses = Api.inParallel(List.of(
                () -> SCENE.post("/v1/responses", body(SCENE.responses(), STREAM)),
                () -> SCENE.post("/v1/messages", body(SCENE.messages()))));
        HttpResponse<byte[]> openAi = responses.getFirst();
        assertThat(openAi.statusCode()).isEqualTo(504);
        JsonObject error = new JsonObject(text(openAi)).getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo("provider_timed_out");
        assertThat(error.getString("message")).contains("provider-", "2 s").doesNotContain("127.0.0.1");
        SCENE.provider().await(ReceivedCall::callerLeft, PATIENCE);

        HttpResponse<byte[]> anthropic = responses.getLast();
        assertThat(anthropic.statusCode()).isEqualTo(504);
        assertThat(new JsonObject(text(anthropic)).getJsonObject("error").getString("type"))
                .isEqualTo("timeout_error");
    }

    @Test
    void silentStreamEndsWithAnErrorEvent() throws Exception {
        SCENE.provider().script("stall=within");
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", body(SCENE.responses(), STREAM)))
                    .response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.isWhole()).isTrue();
            assertThat(response.body())
                    .contains("event: response.failed\ndata: ")
                    .contains("stopped sending");
        }
        SCENE.provider().await(ReceivedCall::callerLeft, PATIENCE);
    }

    @Test
    void slowStreamContinuesUnlessItIsSilent() throws Exception {
        SCENE.provider().script("events=4;every=300ms");
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(SCENE.whole("/v1/messages", body(SCENE.messages(), STREAM)))
                    .response();
            assertThat(response.isWhole()).isTrue();
            assertThat(response.body()).contains("message_stop");
        }
    }

    @Test
    void slowUploadDoesNotTimeOut() throws Exception {
        String model = SCENE.responses();
        Api.inParallel(
                Stream.of("{\"model\":\"" + model + "\",\"x\":\"123\"}", "{\"x\":\"123\",\"model\":\"" + model + "\"}")
                        .<Callable<Void>>map(body -> () -> {
                            int begun = body.indexOf("123");
                            try (RawCaller caller = Scene.connect()) {
                                caller.send(SCENE.head("/v1/responses", "Content-Length: " + body.length()))
                                        .send(body.substring(0, begun));
                                for (int i = 0; i < 3; i++) {
                                    Thread.sleep(900);
                                    caller.send(body.substring(begun + i, begun + i + 1));
                                }
                                assertThat(caller.send(body.substring(begun + 3))
                                                .response()
                                                .status())
                                        .isEqualTo(200);
                            }
                            return null;
                        })
                        .toList());
    }

    @Test
    void callWithoutItsModelInTimeIsRejected() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.head("/v1/responses", "Content-Length: 1000")).send("{\"input\":\"");
            for (int i = 0; i < 10; i++) {
                Thread.sleep(500);
                caller.sendAsFarAsTaken("a".getBytes(UTF_8));
            }
            RawCaller.Response response = caller.response();
            assertThat(response.status()).isEqualTo(408);
            assertThat(response.values("x-agyn-error")).containsExactly("request_timed_out");
            assertThat(response.body()).contains("before large fields");
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void stalledUploadTimesOutAsTheCallersFault() throws Exception {
        try (RawCaller before = Scene.connect();
                RawCaller amid = Scene.connect()) {
            before.send(SCENE.head("/v1/responses", "Content-Length: 1000")).send("{\"x\":");
            amid.send(SCENE.head("/v1/responses", "Content-Length: 1000"))
                    .send("{\"model\":\"" + SCENE.responses() + "\",\"x\":");
            assertThat(before.isEnded()).isTrue();
            assertThat(amid.isEnded()).isTrue();
        }
        assertThat(SCENE.provider().await(ReceivedCall::callerLeft, PATIENCE).bodyEnded())
                .isFalse();
    }

    @Test
    void providerThatStopsReadingIsReported() throws Exception {
        try (RawProvider provider = RawProvider.start(RawProvider.Exchange::awaitNothing);
                RawCaller caller = Scene.connect()) {
            String model = SCENE.responsesModel(provider.origin());
            String whole = body(model).replace("Hi", "x".repeat(ShortLimits.BODY - 1000));
            caller.send(SCENE.whole("/v1/responses", whole));
            assertThat(caller.response().status()).isEqualTo(504);
        }
    }

    @Test
    void callerThatDoesNotReadIsDisconnected() throws Exception {
        SCENE.provider().script("endless");
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.whole("/v1/responses", body(SCENE.responses(), STREAM)));
            SCENE.provider().await(ReceivedCall::callerLeft, PATIENCE);
        }
    }

    @Test
    void providerThatAcceptsNoConnectionsTimesOut() throws Exception {
        List<Socket> queue = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            fill(full, queue);
            HttpResponse<byte[]> response =
                    SCENE.post("/v1/responses", body(SCENE.responsesModel("http://127.0.0.1:" + full.getLocalPort())));
            assertThat(response.statusCode()).as(text(response)).isEqualTo(504);
            assertThat(text(response))
                    .contains("did not accept a connection in time")
                    .doesNotContain("127.0.0.1");
        } finally {
            for (Socket socket : queue) {
                socket.close();
            }
        }
    }

    @Test
    void providerThatStallsTheHandshakeTimesOut() throws Exception {
        try (RawProvider silent = RawProvider.start(RawProvider.Exchange::awaitEnd)) {
            HttpResponse<byte[]> response = SCENE.post(
                    "/v1/responses", body(SCENE.responsesModel(silent.origin().replace("http:", "https:"))));
            assertThat(response.statusCode()).as(text(response)).isEqualTo(504);
            assertThat(text(response)).contains("did not accept a connection in time", "https");
        }
    }

    @Test
    void queueTimeoutAsksToTryAgain() throws Exception {
        List<RawCaller> callers = new ArrayList<>();
        try {
            for (int i = 0; i < ShortLimits.CALLS; i++) {
                callers.add(Scene.connect()
                        .send(SCENE.whole(
                                "/v1/responses", body(SCENE.responses(), STREAM), "x-scripted: endless;every=100ms")));
                callers.getLast().head();
            }
            HttpResponse<byte[]> openAi = SCENE.post("/v1/responses", body(SCENE.responses()));
            assertThat(openAi.statusCode()).isEqualTo(503);
            assertThat(openAi.headers().firstValue("retry-after"))
                    .hasValueSatisfying(
                            seconds -> assertThat(Integer.parseInt(seconds)).isPositive());
            assertThat(new JsonObject(text(openAi)).getJsonObject("error").getString("message"))
                    .contains("provider-");
            HttpResponse<byte[]> anthropic = SCENE.post("/v1/messages", body(SCENE.messages()));
            assertThat(anthropic.statusCode()).isEqualTo(503);
            assertThat(new JsonObject(text(anthropic)).getJsonObject("error").getString("type"))
                    .isEqualTo("overloaded_error");

            // The next call in the queue gets the slot, and finally all succeed.
            try (RawCaller next = Scene.connect()) {
                next.send(SCENE.whole("/v1/responses", body(SCENE.responses())));
                callers.removeLast().reset();
                assertThat(next.response().status()).isEqualTo(200);
            }
        } finally {
            for (RawCaller caller : callers) {
                caller.reset();
            }
        }
        for (int i = 0; i < 2 * ShortLimits.CALLS; i++) {
            assertThat(SCENE.post("/v1/responses", body(SCENE.responses())).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void deadAddressLeavesTimeForTheNext() throws Exception {
        List<Socket> queue = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                ServerSocket alive = new ServerSocket(full.getLocalPort(), 50, InetAddress.getByName("127.0.0.2"))) {
            fill(full, queue);
            List<EgressRoute> routes =
                    List.of(new EgressRoute.Direct("127.0.0.1"), new EgressRoute.Direct("127.0.0.2"));
            Upstreams upstreams = new Upstreams(vertx, host -> CompletableFuture.completedFuture(routes), clients, 1);
            CompletableFuture<HttpClientRequest> opened = new CompletableFuture<>();
            Context context = vertx.getOrCreateContext();
            context.runOnContext(start -> new UpstreamConnector(
                            upstreams,
                            context,
                            target(full.getLocalPort()),
                            Duration.ofSeconds(1),
                            new UpstreamConnector.Listener() {
                                @Override
                                public void onOpened(HttpClientRequest request) {
                                    opened.complete(request);
                                }

                                @Override
                                public void onFailed(ProxyError rejection) {
                                    opened.completeExceptionally(new IllegalStateException(rejection.message()));
                                }
                            })
                    .connect(clients.plain(vertx), HttpMethod.POST, "/v1/responses"));
            HttpClientRequest request = opened.get(10, TimeUnit.SECONDS);
            assertThat(request.connection().remoteAddress().hostAddress()).isEqualTo("127.0.0.2");
        } finally {
            for (Socket socket : queue) {
                socket.close();
            }
        }
    }

    private static Target target(int port) {
        UUID id = Uuid7.next();
        return new Target(
                id,
                id,
                "gpt",
                id,
                "openai",
                Protocol.RESPONSES,
                Endpoint.of("http://models.test:" + port),
                List.of(),
                "\"gpt\"".getBytes(UTF_8));
    }

    /** Fills a listener's backlog, so that the kernel accepts no connection. */
    private static void fill(ServerSocket full, List<Socket> queue) throws IOException {
        while (queue.size() < 100) {
            Socket socket = new Socket();
            queue.add(socket);
            try {
                socket.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new AssertionError("A queue of one takes them all");
    }
}
