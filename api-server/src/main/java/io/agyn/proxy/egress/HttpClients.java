package io.agyn.proxy.egress;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Creates the HTTP clients that call LLM providers and secret providers. */
@Singleton
public class HttpClients {
    private static final int MAX_HEADER_BYTES = 64 << 10;
    private static final int STREAMS_PER_CONNECTION = 256;
    private static final int STREAM_WINDOW = 64 << 10;
    private static final int REST_CONNECTIONS = 8;

    // The client multiplies the limits of HTTP/1.1 and HTTP/2 as ints. There are fewer local ports anyway.
    private static final int MAX_CONNECTIONS = 46_340;

    // A reasoning model may be silent for minutes, but its server responds to a PING at once.
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final Duration silence;
    private final int connections;
    private final Duration connectTimeout;
    private final Optional<ExtraCertificates> extra;

    @Inject
    HttpClients(Settings settings) {
        this(settings, SILENCE);
    }

    /** @param silence how long an HTTP/2 connection with open streams may be silent before it is checked */
    HttpClients(Settings settings, Duration silence) {
        requireNonNull(settings, "settings is null");
        this.silence = requireNonNull(silence, "silence is null");
        connections = Math.min(settings.proxy().callsPerProvider(), MAX_CONNECTIONS);
        connectTimeout = settings.proxy().connectTimeout();
        extra = settings.extraCaFile().map(ExtraCertificates::read);
    }

    /** Creates a client for http providers: HTTP/1.1. */
    public HttpClient plain(Vertx vertx) {
        return client(vertx, plainOptions());
    }

    /** Creates a client for https providers: HTTP/2 if they support it, else HTTP/1.1. Host names are verified. */
    public HttpClient tls(Vertx vertx) {
        return client(vertx, tlsOptions());
    }

    /** Creates a client for WebSockets, which need HTTP/1.1 and keep their connections. */
    public HttpClient webSocket(Vertx vertx, boolean encrypted) {
        HttpClientOptions options = plainOptions().setMaxPoolSize(MAX_CONNECTIONS);
        if (encrypted) {
            secure(options);
        }
        return client(vertx, options);
    }

    /**
     * Creates a client for other servers than LLM providers, for few small requests: HTTP/1.1, with or without TLS.
     *
     * @param certificates PEM certificates to trust in addition
     * @throws IllegalArgumentException if they are not PEM certificates
     */
    public HttpClient rest(Vertx vertx, Optional<String> certificates, Duration timeout) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setMaxPoolSize(REST_CONNECTIONS)
                .setConnectTimeout((int) timeout.toMillis())
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setVerifyHost(true)
                .setSslHandshakeTimeout(timeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        Optional<ExtraCertificates> trusted = certificates
                .map(ExtraCertificates::parse)
                .map(given -> extra.map(given::and).orElse(given))
                .or(() -> extra);
        trusted.map(ExtraCertificates::withJdkCertificates).ifPresent(options::setTrustOptions);
        return vertx.httpClientBuilder()
                .with(options)
                .with(options.getPoolOptions())
                // Requests report their failures; Vert.x would log a reset of an idle connection as an error too.
                .withConnectHandler(connection -> connection.exceptionHandler(reset -> {}))
                .build();
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
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setDecompressionSupported(false);
    }

    private HttpClientOptions tlsOptions() {
        HttpClientOptions options = plainOptions()
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setProtocolVersion(HttpVersion.HTTP_2)
                // The same as for HTTP/1.1: until a provider's protocol is known, this is the limit, and further
                // calls would wait for others to end instead of opening a connection.
                .setHttp2MaxPoolSize(connections)
                .setHttp2MultiplexingLimit(STREAMS_PER_CONNECTION)
                // Otherwise, one slow caller would stop all others on the connection.
                .setHttp2ConnectionWindowSize(STREAMS_PER_CONNECTION * STREAM_WINDOW);
        return secure(options);
    }

    private HttpClientOptions secure(HttpClientOptions options) {
        options.setSsl(true)
                .setVerifyHost(true)
                .setSslHandshakeTimeout(connectTimeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        extra.map(ExtraCertificates::withJdkCertificates).ifPresent(options::setTrustOptions);
        return options;
    }
}
