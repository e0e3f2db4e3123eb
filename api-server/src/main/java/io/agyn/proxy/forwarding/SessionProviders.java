package io.agyn.proxy.forwarding;

import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.routing.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The WebSockets of a session to LLM providers: one for each, since providers keep the state of a connection. */
final class SessionProviders {
    private final List<ProviderSocket> providers = new ArrayList<>(1);
    // Of the latest message.
    private @Nullable ProviderSocket latest;

    int size() {
        return providers.size();
    }

    @Nullable
    ProviderSocket find(Target target) {
        for (ProviderSocket provider : providers) {
            if (provider.serves(target)) {
                return provider;
            }
        }
        return null;
    }

    /** Finds the provider of the response that a message without a model is about, else the latest; null if there is none. */
    @Nullable
    ProviderSocket receiver(WebSocketExchange message) {
        String previous = message.fields().value(RequestField.PREVIOUS_RESPONSE_ID);
        String response = message.fields().value(RequestField.RESPONSE_ID);
        return providers.stream()
                .filter(provider -> provider.hasCreated(previous) || provider.hasCreated(response))
                .findFirst()
                .orElse(latest);
    }

    /** Whether one of a target's latest responses on this WebSocket has an id. Another provider may report any id. */
    boolean hasCreated(String responseId, Target target) {
        ProviderSocket provider = find(target);
        return provider != null && provider.hasCreated(responseId);
    }

    /** Adds a WebSocket; one with older credentials of the same provider closes after its responses. */
    void add(ProviderSocket opened) {
        List.copyOf(providers).stream().filter(opened::replaces).forEach(ProviderSocket::retire);
        providers.add(opened);
    }

    void use(ProviderSocket provider) {
        latest = provider;
    }

    void remove(ProviderSocket provider) {
        providers.remove(provider);
        if (latest == provider) {
            latest = null;
        }
    }

    void setPaused(Predicate<ProviderSocket> isPaused) {
        for (int i = 0; i < providers.size(); i++) {
            ProviderSocket provider = providers.get(i);
            provider.socket().setPaused(isPaused.test(provider));
        }
    }

    /** @param now a recent {@link System#nanoTime} */
    void checkTime(long now) {
        List.copyOf(providers).forEach(provider -> provider.socket().checkTime(now));
    }

    void close() {
        List.copyOf(providers).forEach(ProviderSocket::close);
    }
}
