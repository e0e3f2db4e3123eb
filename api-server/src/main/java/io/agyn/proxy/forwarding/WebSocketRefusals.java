package io.agyn.proxy.forwarding;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.WebSocketProviders;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The LLM providers that have refused a WebSocket within the last hour, and the tokens that called one without WebSocket. */
final class WebSocketRefusals {
    private static final int MAX_ENTRIES = 10_000;
    private static final Duration MEMORY = Duration.ofHours(1);

    private final Cache<Key, Boolean> refusals = Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(MEMORY)
            .build();

    // The last such provider of each token.
    private final Cache<UUID, UUID> tokens = Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(MEMORY)
            .build();

    private record Key(UUID providerId, Endpoint endpoint) {}

    /**
     * Whether the status of a response to an upgrade means that the provider does not support WebSocket at all. A caller can
     * cause others, such as 400 or 431, by its headers and query, and must not affect other callers.
     */
    static boolean isRefusal(int status) {
        return switch (status) {
            case 404, 405, 426, 501 -> true;
            default -> status >= 200 && status < 300;
        };
    }

    void add(UUID providerId, Endpoint endpoint) {
        refusals.put(new Key(providerId, endpoint), true);
    }

    boolean contains(UUID providerId, Endpoint endpoint) {
        return refusals.getIfPresent(new Key(providerId, endpoint)) != null;
    }

    /** Notes that a call with an API token needed an LLM provider that refuses WebSockets, or for which they are off. */
    void addToken(UUID tokenId, UUID providerId) {
        tokens.put(tokenId, providerId);
    }

    /**
     * Whether a caller's WebSocket is of use. A client without a fallback to HTTP gets one as long as one LLM provider supports
     * WebSocket; a client with a fallback gets none if it has needed one without, since it would repeat a failed message for
     * seconds.
     *
     * @param reached the LLM providers that the token reaches; empty if unknown
     */
    boolean allow(UUID tokenId, List<WebSocketProviders.Provider> reached, boolean hasFallback) {
        Set<UUID> supported = reached.stream()
                .filter(provider -> !provider.isOff() && !contains(provider.id(), provider.endpoint()))
                .map(WebSocketProviders.Provider::id)
                .collect(Collectors.toSet());
        if (supported.isEmpty() && !reached.isEmpty()) {
            return false;
        }
        UUID needed = tokens.getIfPresent(tokenId);
        return !hasFallback || needed == null || supported.contains(needed);
    }
}
