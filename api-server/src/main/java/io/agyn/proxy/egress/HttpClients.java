package io.agyn.proxy.egress;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.TrustOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Creates the HTTP clients that call LLM providers. */
@Singleton
public class HttpClients {
    private static final int LONGEST_HEAD = 64 << 10;
    private static final int STREAMS_PER_CONNECTION = 256;
    private static final int STREAM_WINDOW = 64 << 10;

    // The client multiplies the limits of HTTP/1.1 and HTTP/2, in an int. There are fewer ports to call from.
    private static final int MOST_CONNECTIONS = 46_340;

    // Models that think are silent for minutes, but their servers respond to a PING at once.
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final Duration silence;
    private final int connections;
    private final Duration connectTimeout;
    private final Optional<TrustOptions> trust;

    @Inject
    HttpClients(Settings settings) {
        this(settings, SILENCE);
    }

    /**
     * Creates clients.
     *
     * @param silence how long an HTTP/2 connection with open streams may be silent before it is checked
     */
    HttpClients(Settings settings, Duration silence) {
        requireNonNull(settings, "settings is null");
        this.silence = requireNonNull(silence, "silence is null");
        connections = Math.min(settings.proxy().callsPerProvider(), MOST_CONNECTIONS);
        connectTimeout = settings.proxy().connectTimeout();
        trust = settings.extraCaFile().map(file -> ExtraCertificates.read(file).besideThoseOfTheJdk());
    }

    /** A client for providers that are called by http: HTTP/1.1. */
    public HttpClient plain(Vertx vertx) {
        return client(vertx, plainOptions());
    }

    /**
     * A client for providers that are called by https: HTTP/2 where they speak it, else HTTP/1.1; the host's name is
     * verified.
     */
    public HttpClient tls(Vertx vertx) {
        return client(vertx, tlsOptions());
    }

    private HttpClient client(Vertx vertx, HttpClientOptions options) {
        return vertx.httpClientBuilder()
                .with(options)
                .with(options.getPoolOptions())
                .withConnectHandler(connection -> UpstreamConnections.prepare(connection, silence))
                .build();
    }

    private HttpClientOptions plainOptions() {
        return new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setMaxPoolSize(connections)
                .setConnectTimeout((int) connectTimeout.toMillis())
                .setMaxHeaderSize(LONGEST_HEAD)
                .setDecompressionSupported(false);
    }

    private HttpClientOptions tlsOptions() {
        HttpClientOptions options = plainOptions()
                .setSsl(true)
                .setVerifyHost(true)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setProtocolVersion(HttpVersion.HTTP_2)
                // As many as of HTTP/1.1: while it is not known which of them a provider speaks, this is the limit, and
                // calls beyond it would wait for others to end, not for a connection that is allowed meanwhile.
                .setHttp2MaxPoolSize(connections)
                .setHttp2MultiplexingLimit(STREAMS_PER_CONNECTION)
                // Or else one caller that reads slowly would stop all the others on the connection.
                .setHttp2ConnectionWindowSize(STREAMS_PER_CONNECTION * STREAM_WINDOW)
                .setSslHandshakeTimeout(connectTimeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        trust.ifPresent(options::setTrustOptions);
        return options;
    }
}
