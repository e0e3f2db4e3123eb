package io.agyn.proxy;

import static io.agyn.proxy.WebSocketCaller.create;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The limits of responses over WebSocket. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(ShortLimits.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WebSocketLimitsTest {
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
            caller.send(frame(create(SCENE.responses())).getBytes(ISO_8859_1));
            assertThat(SCENE.awaitStalled()).isPositive();
        }
    }

    @Test
    void callerThatReadsNoErrorsIsPaused() throws Exception {
        byte[] invalid = frame("[]").repeat(1_000).getBytes(ISO_8859_1);
        AtomicLong sent = new AtomicLong();
        try (RawCaller caller = upgraded()) {
            Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        caller.send(invalid);
                        sent.addAndGet(invalid.length);
                    }
                } catch (IOException e) {
                    // The end of the test.
                }
            });
            AtomicLong last = new AtomicLong();
            await().atMost(Scene.PATIENCE)
                    .pollInterval(Duration.ofMillis(400))
                    .until(sent::get, now -> now > 0 && last.getAndSet(now) == now);
        }
    }

    private static RawCaller upgraded() throws IOException {
        RawCaller caller = Scene.connect();
        caller.send("GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Authorization: Bearer " + SCENE.token() + "\r\n\r\n");
        assertThat(caller.response().status()).isEqualTo(101);
        return caller;
    }

    /** A text message of less than 126 bytes. A mask of zeros leaves it as it is. */
    private static String frame(String text) {
        return "\u0081" + (char) (0x80 | text.length()) + "\0\0\0\0" + text;
    }

    private static WebSocketCaller connect() {
        return WebSocketCaller.connect("authorization: Bearer " + SCENE.token());
    }
}
