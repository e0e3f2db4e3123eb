package io.agyn.proxy;

import static io.agyn.proxy.WebSocketCaller.create;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers and providers that misuse WebSockets. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(ShortLimits.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class WebSocketAttacksTest {
    // The proxy waits 5 s for a close frame.
    private static final Duration CLOSED = Duration.ofSeconds(15);
    private static final String CREATED =
            "{\"type\":\"response.created\",\"response\":{\"id\":\"resp_%1$d\"}," + "\"stream_id\":\"lane-%1$d\"}";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void largeEventMayArriveSlowly() throws Exception {
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
                    peer.frame();
                    byte[] event = RawWebSocketProvider.message(
                            "{\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}");
                    for (int at = 0; at < event.length; at += 12) {
                        peer.exchange().send(Arrays.copyOfRange(event, at, Math.min(at + 12, event.length)));
                        pause(Duration.ofMillis(700));
                    }
                });
                WebSocketCaller caller = connect()) {
            caller.send(create(model(provider)));
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
        }
    }

    @Test
    void floodsOfTinyFramesStarveNobody() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        List<Thread> floods = new ArrayList<>();
        // Pings, empty messages, empty fragments, and fragments of one byte.
        for (String frame : List.of("8980", "8180", "0080", "0081")) {
            for (int i = 0; i < 2; i++) {
                floods.add(Thread.startVirtualThread(() -> flood(frame, isOver)));
            }
        }
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        try {
            while (System.nanoTime() < end) {
                long start = System.nanoTime();
                assertThat(SCENE.post("/v1/responses", Scene.body(SCENE.responses()))
                                .statusCode())
                        .isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
                assertThat(Metrics.read().sum("agyn_body_memory_used_bytes")).isLessThan(16 << 20);
            }
        } finally {
            isOver.set(true);
        }
        for (Thread flood : floods) {
            assertThat(flood.join(CLOSED)).isTrue();
        }
        await().atMost(CLOSED).until(() -> Metrics.read().sum("agyn_body_memory_used_bytes") == 0);
    }

    @Test
    void unfinishedMessageCountsInTheBudget() throws Exception {
        try (RawCaller caller = upgraded()) {
            // The head of a frame of 200,000 bytes.
            caller.send(HexFormat.of().parseHex("81ff0000000000030d4000000000"));
            caller.send("{\"input\":\"" + "x".repeat(150_000));
            await().atMost(Scene.PATIENCE).until(() -> Metrics.read().sum("agyn_body_memory_used_bytes") > 140_000);
        }
        await().atMost(Scene.PATIENCE).until(() -> Metrics.read().sum("agyn_body_memory_used_bytes") == 0);
    }

    /** Sends frames without end, reads their responses, and connects again when it is cut off. */
    private static void flood(String frame, AtomicBoolean isOver) {
        boolean isFragment = frame.startsWith("0");
        boolean isEmpty = frame.endsWith("80");
        byte[] frames = HexFormat.of().parseHex((frame + "00000000" + (isEmpty ? "" : "20")).repeat(1_000));
        while (!isOver.get()) {
            try (RawCaller caller = upgraded()) {
                Thread.startVirtualThread(() -> {
                    try {
                        while (caller.some().length > 0) {
                            // Discarded.
                        }
                    } catch (IOException e) {
                        // Cut off.
                    }
                });
                if (isFragment) {
                    caller.send(HexFormat.of().parseHex("01810000000020"));
                }
                while (!isOver.get()) {
                    caller.send(frames);
                }
            } catch (IOException e) {
                // Cut off.
            }
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void providerThatDoesNotCloseIsCutOff() throws Exception {
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
            peer.frame();
            peer.sendCompleted("");
        })) {
            try (WebSocketCaller caller = connect()) {
                caller.send(create(model(provider)));
                caller.last();
            }
            provider.awaitClosed(CLOSED);
        }
    }

    @ParameterizedTest
    // A close frame, and an unmasked frame.
    @ValueSource(strings = {"888000000000", "8100"})
    void callerThatClosesWithoutReadingIsCutOff(String closing) throws Exception {
        SCENE.provider().script("endless");
        try (RawCaller caller = upgraded()) {
            caller.send(WebSocketCaller.frame(create(SCENE.responses())));
            SCENE.awaitStalled();
            caller.send(HexFormat.of().parseHex(closing));
            awaitReset(caller);
        }
    }

    @Test
    void callerThatReadsNothingIsCutOff() throws Exception {
        byte[] invalid = WebSocketCaller.frame("[]");
        try (RawCaller caller = upgraded()) {
            await().atMost(CLOSED).until(() -> openWebSockets() == 1);
            Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        caller.send(invalid);
                    }
                } catch (IOException e) {
                    // Cut off.
                }
            });
            await().atMost(CLOSED).until(() -> openWebSockets() == 0);
        }
    }

    @Test
    void providersFloodOfResponsesIsCutOff() throws Exception {
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
                    peer.frame();
                    peer.sendCompleted("");
                    for (int i = 0; true; i++) {
                        peer.send(CREATED.formatted(i));
                    }
                });
                WebSocketCaller caller = connect()) {
            caller.send(create(model(provider)));
            caller.last();
            provider.awaitClosed(CLOSED);
            assertThat(Metrics.read().sum("agyn_proxy_calls_active")).isZero();
            caller.send(create(SCENE.responses()));
            await().atMost(CLOSED).until(() -> caller.last().getString("type").equals("response.completed"));
        }
    }

    @Test
    void idThatAProviderReportsIsUnknownToOthers() throws Exception {
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
                    peer.frame();
                    peer.send("{\"type\":\"response.created\",\"response\":{\"id\":\"resp_of_another_tenant\"}}");
                    peer.sendCompleted("");
                });
                WebSocketCaller caller = connect()) {
            caller.send(create(model(provider), "\"store\":false"));
            caller.last();
            caller.send(create(SCENE.responses(), "\"previous_response_id\":\"resp_of_another_tenant\""));
            assertThat(caller.last().getJsonObject("error").getString("code")).isEqualTo("previous_response_not_found");
            assertThat(SCENE.provider().received()).isEmpty();
        }
    }

    @Test
    void providersEarlyEndDoesNotBreakTheNextMessage() throws Exception {
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
                    peer.bytes(20);
                    peer.sendCompleted("");
                });
                WebSocketCaller caller = connect()) {
            String model = model(provider);
            caller.send("{\"type\":\"response.create\",\"model\":\"" + model + "\",\"input\":\"", false);
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
            caller.send("\"}", true);
            caller.send(create(model));
            assertThat(caller.last().getString("type")).isEqualTo("response.completed");
            assertThat(provider.connections()).isEqualTo(2);
        }
    }

    @Test
    void messagesToAProviderThatDoesNotReadWait() throws Exception {
        String message = "{\"type\":\"response.processed\",\"response_id\":\"resp_raw\",\"padding\":\""
                + "x".repeat(200 << 10) + "\"}";
        AtomicInteger sent = new AtomicInteger();
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
                    peer.frame();
                    peer.sendCompleted("");
                    peer.exchange().awaitNothing();
                });
                WebSocketCaller caller = connect()) {
            caller.send(create(model(provider)));
            caller.last();
            Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        caller.send(message);
                        sent.incrementAndGet();
                    }
                } catch (CompletionException e) {
                    // The end of the test.
                }
            });
            assertThat(caller.last().getJsonObject("headers").getString("x-agyn-error"))
                    .isEqualTo("provider_broke_off");
            // The capacity of the kernel's buffers.
            assertThat(sent.get()).isLessThan(200);
        }
    }

    @ParameterizedTest
    // A reserved bit, an unknown opcode, a masked frame, an invalid close code, a continuation of nothing.
    @ValueSource(strings = {"c100", "8300", "818000000000", "880203ee", "8000"})
    void invalidFramesOfAProviderBreakItsResponses(String frame) throws Exception {
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
                    peer.frame();
                    peer.exchange().send(HexFormat.of().parseHex(frame));
                });
                WebSocketCaller caller = connect()) {
            caller.send(create(model(provider)));
            assertThat(caller.last().getJsonObject("headers").getString("x-agyn-error"))
                    .isEqualTo("provider_broke_off");
            assertThat(caller.closeCode()).isEqualTo(1011);
            provider.awaitClosed(CLOSED);
        }
    }

    @Test
    void halfMessageOfAProviderIsCutOff() throws Exception {
        try (RawProvider provider = RawWebSocketProvider.start(peer -> {
                    peer.frame();
                    peer.exchange().send("\u0001\u007d{");
                });
                WebSocketCaller caller = connect()) {
            caller.send(create(model(provider)));
            assertThat(caller.closeCode()).isEqualTo(1006);
            provider.awaitClosed(CLOSED);
        }
    }

    @Test
    void invalidAcceptOfAProviderIsAnError() throws Exception {
        String head = RawProvider.head(
                "101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: x");
        try (RawProvider provider = RawProvider.start(exchange -> {
                    exchange.send(head);
                    exchange.awaitEnd();
                });
                WebSocketCaller caller = connect()) {
            caller.send(create(model(provider)));
            assertThat(caller.last().getInteger("status")).isEqualTo(502);
            provider.awaitClosed(CLOSED);
        }
    }

    private static String model(RawProvider provider) {
        return SCENE.responsesModel(provider.origin() + "/v1");
    }

    private static double openWebSockets() {
        return Metrics.read().sum("agyn_proxy_websockets");
    }

    /** Waits until the kernel rejects bytes, since the caller does not read the end. */
    private static void awaitReset(RawCaller caller) {
        await().atMost(CLOSED).until(() -> {
            try {
                caller.send("\u0089\u0080\0\0\0\0".getBytes(ISO_8859_1));
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }

    private static RawCaller upgraded() throws IOException {
        return WebSocketCaller.raw(SCENE.token());
    }

    private static WebSocketCaller connect() {
        return WebSocketCaller.connect("authorization: Bearer " + SCENE.token());
    }
}
