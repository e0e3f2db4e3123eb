package io.agyn.proxy.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.listener.KeepAlive;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.impl.HttpClientConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Open connections to providers that have vanished. */
@Timeout(60)
class UpstreamConnectionsTest {
    private static final Duration SILENCE = Duration.ofMillis(300);

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    private OwnCertificate certificate;
    private HttpClient client;

    @BeforeEach
    void start() throws Exception {
        certificate = OwnCertificate.create(folder, "localhost");
        Settings settings = SettingsReader.read(
                Map.of("agyn.extra-ca-file", certificate.certificate().toString()));
        client = new HttpClients(settings, SILENCE).tls(vertx);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void newCallsLeaveADeadConnectionAndItsCallsFail() throws Exception {
        try (RawHttp2Provider provider = RawHttp2Provider.start(certificate, exchange -> {
            if (exchange.connection() == 1 && exchange.number() == 2) {
                exchange.vanish();
            } else {
                exchange.respond("{}");
            }
        })) {
            assertThat(call(provider).get(10, TimeUnit.SECONDS)).isEqualTo("{}");
            CompletableFuture<String> lost = call(provider);
            Thread.sleep(SILENCE.multipliedBy(3));
            assertThat(lost).isNotDone();
            assertThat(call(provider).get(10, TimeUnit.SECONDS)).isEqualTo("{}");
            assertThat(provider.connections()).isEqualTo(2);
            assertThatThrownBy(() -> lost.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SilentConnectionException.class);
        }
    }

    @Test
    void silentConnectionWhosePeerRespondsToPingsIsKept() throws Exception {
        try (RawHttp2Provider provider = RawHttp2Provider.start(certificate, exchange -> exchange.context()
                .executor()
                .schedule(() -> exchange.respond("{}"), 2, TimeUnit.SECONDS))) {
            assertThat(call(provider).get(10, TimeUnit.SECONDS)).isEqualTo("{}");
            assertThat(call(provider).get(10, TimeUnit.SECONDS)).isEqualTo("{}");
            assertThat(provider.connections()).isEqualTo(1);
            assertThat(provider.pings()).isGreaterThan(3);
        }
    }

    @Test
    void idleConnectionGetsNoPings() throws Exception {
        try (RawHttp2Provider provider = RawHttp2Provider.start(certificate, exchange -> exchange.respond("{}"))) {
            assertThat(call(provider).get(10, TimeUnit.SECONDS)).isEqualTo("{}");
            Thread.sleep(SILENCE.multipliedBy(4));
            assertThat(provider.pings()).isZero();
        }
    }

    @Test
    void firstKeepAliveProbeIsSentWithinAMinute() throws Exception {
        try (RawHttp2Provider provider = RawHttp2Provider.start(certificate, exchange -> exchange.respond("{}"))) {
            HttpClientRequest request = client.request(options(provider))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            var config = ((HttpClientConnection) request.connection()).channel().config();
            assertThat(config.getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(config.getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
                    .isEqualTo(KeepAlive.IDLE_SECONDS)
                    .isLessThanOrEqualTo(60);
        }
    }

    private CompletableFuture<String> call(RawHttp2Provider provider) {
        return client.request(options(provider))
                .compose(HttpClientRequest::send)
                .compose(HttpClientResponse::body)
                .map(Buffer::toString)
                .toCompletionStage()
                .toCompletableFuture();
    }

    private static RequestOptions options(RawHttp2Provider provider) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost("localhost")
                .setPort(provider.port())
                .setSsl(true)
                .setURI("/");
        new EgressRoute.Direct("127.0.0.1").applyTo(options);
        return options;
    }
}
