package io.agyn.proxy.forwarding;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.proxy.routing.Endpoint;
import java.time.Duration;
import java.util.UUID;

/** The LLM providers that have shown within the last hour that they do not support WebSocket, and the tokens that called them. */
final class WebSocketRefusals {
    private static final int MAX_ENTRIES = 10_000;
    private static final Duration MEMORY = Duration.ofHours(1);

    private final Cache<Key, Boolean> refusals = Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(MEMORY)
            .build();

    private final Cache<UUID, Boolean> tokens = Caffeine.newBuilder()
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

    /** Notes that a call with an API token needed such a provider. */
    void addToken(UUID tokenId) {
        tokens.put(tokenId, true);
    }

    boolean containsToken(UUID tokenId) {
        return tokens.getIfPresent(tokenId) != null;
    }

    boolean contains(UUID providerId, Endpoint endpoint) {
        return refusals.getIfPresent(new Key(providerId, endpoint)) != null;
    }
}
