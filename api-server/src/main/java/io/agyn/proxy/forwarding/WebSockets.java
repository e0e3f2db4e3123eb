package io.agyn.proxy.forwarding;

import io.agyn.proxy.websocket.CloseCode;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The limits and metrics of all WebSockets. */
final class WebSockets {
    private static final List<Integer> CODES = List.of(
            CloseCode.NORMAL,
            CloseCode.PROTOCOL_ERROR,
            CloseCode.UNSUPPORTED_DATA,
            CloseCode.NO_STATUS,
            CloseCode.ABNORMAL,
            CloseCode.POLICY_VIOLATION,
            CloseCode.TOO_BIG,
            CloseCode.INTERNAL_ERROR,
            CloseCode.SERVICE_RESTART);

    private final boolean isEnabled;
    private final Duration maxTime;
    private final WebSocketRefusals refusals = new WebSocketRefusals();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger providers = new AtomicInteger();
    private final Map<Integer, Counter> closed = new HashMap<>();
    private final Counter closedOtherwise;
    private final Counter accepted;
    private final Counter rejected;
    private final Counter notSupported;

    WebSockets(Settings.Proxy settings, MeterRegistry registry) {
        isEnabled = settings.websockets();
        maxTime = settings.websocketTime();
        Gauge.builder("agyn.proxy.websockets", open, AtomicInteger::get)
                .description("Open WebSockets of callers")
                .register(registry);
        Gauge.builder("agyn.proxy.websockets.provider", providers, AtomicInteger::get)
                .description("Open WebSockets to LLM providers")
                .register(registry);
        for (int code : CODES) {
            closed.put(code, closed(registry, Integer.toString(code)));
        }
        closedOtherwise = closed(registry, "other");
        accepted = upgrades(registry, "accepted");
        rejected = upgrades(registry, "rejected");
        notSupported = upgrades(registry, "not_supported");
    }

    private static Counter closed(MeterRegistry registry, String code) {
        return Counter.builder("agyn.proxy.websockets.closed")
                .description("WebSockets of callers that have ended, by close code")
                .tag("code", code)
                .register(registry);
    }

    private static Counter upgrades(MeterRegistry registry, String result) {
        return Counter.builder("agyn.proxy.websocket.upgrades")
                .description("Requests for a WebSocket, by result")
                .tag("result", result)
                .register(registry);
    }

    /** Whether callers may open WebSockets. */
    boolean isEnabled() {
        return isEnabled;
    }

    /** How long a WebSocket may be open. */
    Duration maxTime() {
        return maxTime;
    }

    WebSocketRefusals refusals() {
        return refusals;
    }

    void onRejected() {
        rejected.increment();
    }

    void onNotSupported() {
        notSupported.increment();
    }

    void onOpen() {
        accepted.increment();
        open.incrementAndGet();
    }

    void onDisconnect() {
        open.decrementAndGet();
    }

    void onProviderOpen() {
        providers.incrementAndGet();
    }

    void onProviderDisconnect() {
        providers.decrementAndGet();
    }

    void onClose(int code) {
        closed.getOrDefault(code, closedOtherwise).increment();
    }
}
