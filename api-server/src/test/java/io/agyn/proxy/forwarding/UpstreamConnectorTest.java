package io.agyn.proxy.forwarding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Protocol;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.egress.EgressParts;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.Target;
import io.agyn.settings.SettingsReader;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UpstreamConnectorTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void callFailsWhileTheServerStops() throws Exception {
        EgressParts parts = EgressParts.of(SettingsReader.read(Map.of()));
        CompletableFuture<ProxyError> failure = new CompletableFuture<>();
        vertx.runOnContext(start -> {
            Upstreams upstreams = new Upstreams(vertx, parts.resolver()::resolve, parts.clients(), 1);
            HttpClient client = upstreams.loop().client(false);
            client.close();
            new UpstreamConnector(upstreams, Vertx.currentContext(), target(), Duration.ofSeconds(5), listener(failure))
                    .connect(client, HttpMethod.POST, "/v1/responses");
        });
        assertThat(failure.get(10, TimeUnit.SECONDS).kind()).isEqualTo(ProxyError.Kind.PROVIDER_UNREACHABLE);
    }

    private static Target target() {
        UUID id = UUID.randomUUID();
        return new Target(
                id,
                id,
                "gpt-4o",
                id,
                "openai",
                Protocol.RESPONSES,
                Endpoint.of("http://127.0.0.1:1"),
                List.of(),
                "\"gpt-4o\"".getBytes(UTF_8));
    }

    private static UpstreamConnector.Listener listener(CompletableFuture<ProxyError> failure) {
        return new UpstreamConnector.Listener() {
            @Override
            public void onOpened(HttpClientRequest request) {
                failure.completeExceptionally(new AssertionError("opened"));
            }

            @Override
            public void onFailed(ProxyError error) {
                failure.complete(error);
            }
        };
    }
}
