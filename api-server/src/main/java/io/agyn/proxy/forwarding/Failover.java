package io.agyn.proxy.forwarding;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agyn.access.Identity;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.Operation.RouteSource;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.Fallbacks;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.routing.TargetHealth;
import io.agyn.proxy.routing.TargetOrder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The targets of a call whose model has fallbacks. A call goes to the next target only before its caller has a byte, and
 * only if the body can be sent again. Confined to the call's event loop.
 */
final class Failover {
    /** The number of targets that the call has tried. */
    static final CharSequence ATTEMPTS = HttpHeaders.createOptimized("x-agyn-attempts");

    /** The name of the LLM provider that responded; non-ASCII characters are percent-encoded. */
    static final CharSequence PROVIDER = HttpHeaders.createOptimized("x-agyn-provider");

    // Reasoning of an earlier response, which only the account that created it can decrypt.
    private static final byte[] ENCRYPTED = "\"encrypted_content\"".getBytes(UTF_8);

    private final ProxyContext proxy;
    private final TargetHealth health;
    private final List<Target> targets;
    private final boolean[] isTried;
    private final boolean retriesTimeouts;
    private int current = -1;
    private int attempts;
    private boolean isPinned;
    private boolean isProbe;
    private boolean hasVerdict;

    private Failover(ProxyContext proxy, List<Target> targets, boolean retriesTimeouts) {
        this.proxy = proxy;
        this.health = proxy.shared().upstreams().health();
        this.targets = targets;
        this.isTried = new boolean[targets.size()];
        this.retriesTimeouts = retriesTimeouts;
    }

    /** Returns the targets of a call; null if there is one only. */
    static @Nullable Failover of(
            ProxyContext proxy,
            Operation operation,
            Exchange exchange,
            Identity identity,
            Target own,
            @Nullable Fallbacks fallbacks) {
        if (fallbacks == null
                || fallbacks.others().isEmpty()
                || operation.routeSource() != RouteSource.BODY_MODEL
                || operation == Operation.CREATE_BATCH
                || exchange instanceof WebSocketExchange) {
            return null;
        }
        return new Failover(
                proxy,
                TargetOrder.of(own, fallbacks, session(exchange.headers(), identity)),
                fallbacks.retriesTimeouts());
    }

    private static String session(MultiMap headers, Identity identity) {
        String thread = ThreadId.sent(headers);
        return thread == null ? String.valueOf(identity.credential().id()) : thread;
    }

    // Choose

    /** Chooses the first target. */
    Target first() {
        return choose();
    }

    /** The first target that was not tried and does not cool down; if all cool down, the first that was not tried. */
    private Target choose() {
        int chosen = -1;
        isProbe = false;
        for (int i = 0; i < isTried.length; i++) {
            if (isTried[i]) {
                continue;
            }
            if (health.isQuiet()) {
                chosen = i;
                break;
            }
            if (health.use(key(i))) {
                chosen = i;
                isProbe = true;
                break;
            }
            if (chosen < 0) {
                chosen = i;
            }
        }
        current = chosen;
        isTried[current] = true;
        attempts++;
        hasVerdict = false;
        return targets.get(current);
    }

    /** Stays at the target of the LLM provider that has a stored object of the call; null without such a target. */
    @Nullable
    Target pin(UUID providerId) {
        for (int i = 0; i < isTried.length; i++) {
            if (targets.get(i).providerId().equals(providerId)) {
                endProbe();
                current = i;
                isPinned = true;
                return targets.get(i);
            }
        }
        return null;
    }

    /** Whether the call may go to another target as long as its caller has no byte. */
    boolean hasNext(RequestBody body) {
        return !isPinned
                && attempts < isTried.length
                && body.isReplayable()
                && body.value(RequestField.PREVIOUS_RESPONSE_ID) == null
                && body.value(RequestField.CONVERSATION) == null;
    }

    /**
     * Returns the next target after a failure; null if the call ends.
     *
     * @param retryAfter the time that the failed target asks for; null if unknown
     */
    @Nullable
    Target next(FallbackReason reason, @Nullable Duration retryAfter, RequestBody body) {
        hasVerdict = true;
        health.onFailure(key(current), retryAfter);
        if (!hasNext(body) || reason == FallbackReason.TIMEOUT && !retriesTimeouts || body.copyContains(ENCRYPTED)) {
            return null;
        }
        proxy.onFallback(reason);
        return choose();
    }

    // Respond

    /** Notes that the current target responds, and adds its headers to the response. */
    void onForward(MultiMap headers) {
        if (!hasVerdict) {
            hasVerdict = true;
            if (!health.isQuiet()) {
                health.onSuccess(key(current));
            }
        }
        describe(headers);
    }

    /** Adds the headers of this class to a response. */
    void describe(MultiMap headers) {
        headers.set(ATTEMPTS, Integer.toString(attempts));
        headers.set(PROVIDER, headerValue(targets.get(current).providerName()));
    }

    /** Ends the call's interest in its target. */
    void close() {
        endProbe();
    }

    private void endProbe() {
        if (isProbe && !hasVerdict) {
            health.onNoVerdict(key(current));
        }
        isProbe = false;
    }

    private TargetHealth.Key key(int index) {
        Target target = targets.get(index);
        return new TargetHealth.Key(target.providerId(), new String(target.remoteModel(), UTF_8));
    }

    /** The time in a {@code Retry-After} of seconds; null for a date or without one. */
    static @Nullable Duration retryAfter(MultiMap headers) {
        String seconds = headers.get(HttpHeaderNames.RETRY_AFTER);
        return seconds != null && seconds.matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }

    private static String headerValue(String name) {
        return name.chars().allMatch(each -> each >= ' ' && each <= '~')
                ? name
                : URLEncoder.encode(name, UTF_8).replace("+", "%20");
    }
}
