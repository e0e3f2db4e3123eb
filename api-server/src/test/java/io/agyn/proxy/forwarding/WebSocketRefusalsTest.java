package io.agyn.proxy.forwarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.WebSocketProviders.Provider;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketRefusalsTest {
    private static final Endpoint ENDPOINT = Endpoint.of("https://api.example/v1");
    private static final UUID TOKEN = UUID.randomUUID();
    private static final Provider ON = new Provider(UUID.randomUUID(), ENDPOINT, false);
    private static final Provider OFF = new Provider(UUID.randomUUID(), ENDPOINT, true);

    private final WebSocketRefusals refusals = new WebSocketRefusals();

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 404, 405, 426, 501})
    void permanentStatusIsARefusal(int status) {
        assertThat(WebSocketRefusals.isRefusal(status)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 199, 300, 400, 401, 403, 407, 408, 429, 431, 499, 500, 502, 503})
    void otherStatusIsNoRefusal(int status) {
        assertThat(WebSocketRefusals.isRefusal(status)).isFalse();
    }

    @Test
    void oneProviderWithWebSocketIsEnough() {
        assertThat(allows(false, OFF, ON)).isTrue();
        assertThat(allows(true, OFF, ON)).isTrue();
        assertThat(allows(false, OFF)).isFalse();
        assertThat(allows(true, OFF)).isFalse();
    }

    @Test
    void unknownProvidersAreAllowed() {
        assertThat(allows(false)).isTrue();
        assertThat(allows(true)).isTrue();
        refusals.addToken(TOKEN, OFF.id());
        assertThat(allows(false)).isTrue();
        assertThat(allows(true)).isFalse();
    }

    @Test
    void clientWithFallbackUsesItAfterACallWithoutWebSocket() {
        refusals.addToken(TOKEN, OFF.id());
        assertThat(allows(false, OFF, ON)).isTrue();
        assertThat(allows(true, OFF, ON)).isFalse();
        assertThat(refusals.allow(UUID.randomUUID(), List.of(OFF, ON), true)).isTrue();
        Provider turnedOn = new Provider(OFF.id(), ENDPOINT, false);
        assertThat(allows(true, turnedOn, ON)).isTrue();
    }

    @Test
    void refusalIsForOneEndpoint() {
        refusals.add(ON.id(), ENDPOINT);
        assertThat(allows(false, ON)).isFalse();
        assertThat(allows(false, new Provider(ON.id(), Endpoint.of("https://other.example/v1"), false)))
                .isTrue();
    }

    private boolean allows(boolean hasFallback, Provider... reached) {
        return refusals.allow(TOKEN, List.of(reached), hasFallback);
    }
}
