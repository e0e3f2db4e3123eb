package io.agyn.proxy;

import static io.agyn.proxy.WebSocketCaller.create;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The limits of responses over WebSocket. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(ShortLimits.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WebSocketLimitsTest {
    private static final String ERRORS = "agyn_proxy_errors_total";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void oversizedMessageIsRejectedAndClosed() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send("{\"input\":\"" + "x".repeat(ShortLimits.BODY) + "\"}");
            assertThat(caller.last().getInteger("status")).isEqualTo(413);
            assertThat(caller.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void silentProviderTimesOut() throws Exception {
        SCENE.provider().script("stall=before");
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses()));
            assertThat(caller.last().getInteger("status")).isEqualTo(504);
            SCENE.provider().script("");
            caller.send(create(SCENE.responses()));
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
        }
    }

    @Test
    void stalledResponseTimesOut() throws Exception {
        SCENE.provider().script("stall=within");
        try (WebSocketCaller caller = connect()) {
            caller.send(create(SCENE.responses()));
            JsonObject last = caller.last();
            assertThat(last.getJsonObject("headers").getString("x-agyn-error")).isEqualTo("provider_timed_out");
        }
    }

    @Test
    void callsOfATokenAreLimited() throws Exception {
        SCENE.provider().script("stall=before");
        List<WebSocketCaller> callers = new ArrayList<>();
        try {
            for (int i = 0; i < ShortLimits.CALLS; i++) {
                WebSocketCaller caller = connect();
                callers.add(caller);
                caller.send(create(SCENE.responses()));
            }
            SCENE.provider().await(ReceivedCall::bodyEnded, Scene.PATIENCE);
            try (WebSocketCaller another = connect()) {
                another.send(create(SCENE.responses()));
                assertThat(another.last().getInteger("status")).isEqualTo(503);
            }
        } finally {
            callers.forEach(WebSocketCaller::close);
        }
    }

    @Test
    void stalledMessageIsCutOff() throws Exception {
        try (WebSocketCaller caller = connect()) {
            caller.send("{\"model\":\"" + SCENE.responses() + "\",", false);
            assertThat(caller.closeCode()).isEqualTo(1006);
        }
    }

    @Test
    void slowCallerPausesTheProvider() throws Exception {
        SCENE.provider().script("endless");
        try (RawCaller caller = upgraded()) {
            caller.send(WebSocketCaller.frame(create(SCENE.responses())));
            assertThat(SCENE.awaitStalled()).isPositive();
        }
    }

    @Test
    void callerThatReadsNoErrorsIsPaused() throws Exception {
        byte[] invalid = new String(WebSocketCaller.frame("[]"), ISO_8859_1)
                .repeat(1_000)
                .getBytes(ISO_8859_1);
        double before = Metrics.read().sum(ERRORS);
        try (RawCaller caller = upgraded()) {
            Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        caller.send(invalid);
                    }
                } catch (IOException e) {
                    // The end of the test.
                }
            });
            // Before the WebSocket is cut off, which would end the errors too.
            AtomicReference<Double> last = new AtomicReference<>(0.0);
            await().atMost(Scene.PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(
                            Metrics::read,
                            now -> now.sum("agyn_proxy_websockets") == 1
                                    && now.sum(ERRORS) > before
                                    && last.getAndSet(now.sum(ERRORS)) == now.sum(ERRORS));
        }
    }

    private static RawCaller upgraded() throws IOException {
        return WebSocketCaller.raw(SCENE.token());
    }

    private static WebSocketCaller connect() {
        return WebSocketCaller.connect("authorization: Bearer " + SCENE.token());
    }
}
