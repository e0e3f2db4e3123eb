package io.agyn.proxy.dialect;

import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.Target;
import java.time.Duration;

/** The errors of a call whose provider fails, each with what to check. */
public final class ProviderErrors {
    private ProviderErrors() {}

    public static ProxyError connectTimeout(Target target) {
        return ProxyError.of(
                Kind.PROVIDER_TIMED_OUT,
                provider(target)
                        + " did not accept a connection in time: check the host, the port and"
                        + " the scheme (https or http) of its endpoint, and whether it is up.");
    }

    public static ProxyError responseTimeout(Target target, Duration limit) {
        return ProxyError.of(
                Kind.PROVIDER_TIMED_OUT,
                provider(target) + " did not start to respond within " + limit.toSeconds()
                        + " s; try again, and check the provider if it persists.");
    }

    public static ProxyError silentResponse(Target target, Duration limit) {
        return ProxyError.of(
                Kind.PROVIDER_TIMED_OUT,
                provider(target) + " stopped sending its response for " + limit.toSeconds() + " s.");
    }

    public static ProxyError silentConnection(Target target) {
        return ProxyError.of(
                Kind.PROVIDER_TIMED_OUT,
                provider(target) + " no longer responds on the connection of this call; try again.");
    }

    public static ProxyError brokenResponse(Target target) {
        return ProxyError.of(
                Kind.PROVIDER_BROKE_OFF,
                provider(target)
                        + " closed the connection before the response was complete;"
                        + " try again, and check the provider if it happens again.");
    }

    public static ProxyError invalidHeader(Target target) {
        return ProxyError.of(
                Kind.PROVIDER_INVALID_RESPONSE,
                provider(target) + " sent a header that is not valid in HTTP; check the provider.");
    }

    public static ProxyError invalidBatch(Target target) {
        return ProxyError.of(
                Kind.PROVIDER_INVALID_RESPONSE,
                provider(target)
                        + " sent a batch or a list of batches that is not JSON, is compressed, or is too large;"
                        + " check the provider.");
    }

    /** The provider does not support WebSocket, or it is off for it. */
    public static ProxyError noWebSocket(Target target) {
        return ProxyError.of(
                Kind.UPGRADE_REQUIRED,
                provider(target)
                        + (target.webSocket()
                                ? " does not support WebSocket"
                                : " has the setting \"websocket\": \"off\"")
                        + ": send POST /v1/responses, with \"stream\": true for events.");
    }

    public static ProxyError invalidUpgrade(Target target) {
        return ProxyError.of(
                Kind.PROVIDER_INVALID_RESPONSE,
                provider(target) + " accepted the WebSocket with an invalid response; check the provider.");
    }

    public static ProxyError queueTimeout(Target target) {
        return ProxyError.of(
                Kind.UNAVAILABLE,
                "This server has reached its limit of concurrent calls to the LLM provider " + target.providerName()
                        + "; try again soon.");
    }

    private static String provider(Target target) {
        return "The LLM provider " + target.providerName();
    }
}
