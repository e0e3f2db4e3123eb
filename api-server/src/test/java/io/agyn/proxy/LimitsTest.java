package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.api.model.Protocol;
import io.agyn.database.PostgresTestResource;
import io.agyn.ids.Uuid7;
import io.agyn.proxy.egress.HttpClients;
import io.agyn.proxy.forwarding.UpstreamBulkhead;
import io.agyn.proxy.forwarding.Upstreams;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.Target;
import io.agyn.scripted.Options;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits of calls: time, bytes, concurrency and queues. */
@QuarkusTest
@TestProfile(ShortLimits.class)
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LimitsTest {
    private static final String STREAM = "\"stream\":true";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Inject
    Vertx vertx;

    @Inject
    HttpClients clients;

    @Test
    void callsOfATokenAndOfAnOrganizationAreLimited() throws Exception {
        List<ScriptedProvider> providers = new ArrayList<>();
        List<String> models = new ArrayList<>();
        List<RawCaller> callers = new ArrayList<>();
        String other = Api.tokenBoundTo(SCENE.organization());
        try {
            for (int i = 0; i * ShortLimits.CALLS < ShortLimits.CALLS_OF_ORGANIZATION; i++) {
                providers.add(ScriptedProvider.start(Options.defaults()));
                models.add(SCENE.responsesModel(providers.getLast().origin() + "/v1"));
            }
            for (int i = 0; i < ShortLimits.CALLS_OF_TOKEN; i++) {
                callers.add(endless(SCENE.token(), models.get(i / ShortLimits.CALLS)));
            }
            assertIsOneTooMany(SCENE.post("/v1/responses", body(SCENE.responses())), "API token");
            for (int i = ShortLimits.CALLS_OF_TOKEN; i < ShortLimits.CALLS_OF_ORGANIZATION; i++) {
                callers.add(endless(other, models.get(i / ShortLimits.CALLS)));
            }
            assertIsOneTooMany(
                    SCENE.send(Scene.request("/v1/responses", body(SCENE.responses()))
                            .header("authorization", "Bearer " + other)),
                    "organization");
        } finally {
            for (RawCaller caller : callers) {
                caller.reset();
            }
            providers.forEach(ScriptedProvider::close);
        }
        await().until(() -> SCENE.post("/v1/responses", body(SCENE.responses())).statusCode() == 200);
    }

    private static RawCaller endless(String token, String model) throws Exception {
        String body = body(model, STREAM);
        RawCaller caller = Scene.connect()
                .send("POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token
                        + "\r\nx-scripted: endless;every=100ms\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body);
        assertThat(caller.head().getFirst()).contains(" 200 ");
        return caller;
    }

    private static void assertIsOneTooMany(HttpResponse<byte[]> response, String whose) {
        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("x-agyn-error")).contains("too_many_calls");
        assertThat(response.headers().firstValue("retry-after")).contains("2");
        assertThat(text(response)).contains(whose);
    }

    @Test
    void bodyOfExactlyTheLimitPasses() throws Exception {
        String start = "{\"model\":\"" + SCENE.responses() + "\",\"x\":\"";
        String body = start + "x".repeat(ShortLimits.BODY - start.length() - 2) + "\"}";
        assertThat(SCENE.post("/v1/responses", body).statusCode()).isEqualTo(200);
        SCENE.provider().forget();
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body + " ");
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(text(response)).contains("AGYN_PROXY_BODY_LIMIT");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void tooLargeBodyBeforeItsModelReachesNoProvider() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(SCENE.head("/v1/messages", "Transfer-Encoding: chunked"))
                    .send(chunk("{\"x\":\"" + "x".repeat(ShortLimits.BODY)))
                    .send(chunk("\",\"model\":\"" + SCENE.messages() + "\"}") + "0\r\n\r\n")
                    .response();
            assertThat(response.status()).isEqualTo(413);
            assertThat(new JsonObject(response.body()).getJsonObject("error").getString("type"))
                    .isEqualTo("request_too_large");
            assertThat(caller.send(SCENE.whole("/v1/messages", body(SCENE.messages())))
                            .response()
                            .status())
                    .isEqualTo(200);
        }
        assertThat(SCENE.provider().received()).hasSize(1);
    }

    @Test
    void bodyOverTheLimitNeverReachesTheProviderCompletely() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.head("/v1/responses", "Transfer-Encoding: chunked"))
                    .send(chunk("{\"model\":\"" + SCENE.responses() + "\",\"x\":\""));
            SCENE.provider().await(call -> call.body().length > 0, PATIENCE);
            RawCaller.Response response = caller.send(chunk("x".repeat(ShortLimits.BODY)))
                    .send(chunk("\"}") + "0\r\n\r\n")
                    .response();
            assertThat(response.status()).isEqualTo(413);
        }
        assertThat(SCENE.provider().await(ReceivedCall::callerLeft, PATIENCE).bodyEnded())
                .isFalse();
    }

    @Test
    void unusedHostsAreForgotten() {
        Upstreams upstreams = new Upstreams(vertx, host -> CompletableFuture.completedFuture(List.of()), clients, 1);
        UpstreamBulkhead called = upstreams.bulkhead(target(1).endpoint());
        called.acquire(() -> {});
        upstreams.bulkhead(target(2).endpoint());
        upstreams.removeIdle();
        assertThat(upstreams.bulkheads()).containsExactly(called);
        called.release();
        upstreams.removeIdle();
        assertThat(upstreams.bulkheads()).isEmpty();
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

    private static String chunk(String text) {
        return Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n";
    }
}
