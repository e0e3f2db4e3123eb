package io.agyn.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.agyn.logging.Exceptions;
import io.agyn.proxy.egress.EgressDeniedException;
import io.agyn.proxy.egress.EgressRoute;
import io.agyn.vault.VaultException.Kind;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The connections to one Vault server. It blocks, on virtual threads. */
final class VaultConnection implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(VaultConnection.class);
    // Several times the length of the longest header. It bounds the memory of concurrent reads.
    private static final int MAX_BODY_BYTES = 256 << 10;

    private final VaultAddress address;
    private final @Nullable String namespace;
    private final Function<String, CompletableFuture<List<EgressRoute>>> resolver;
    private final HttpClient client;
    private final ObjectMapper mapper;

    VaultConnection(
            VaultConfig config,
            Function<String, CompletableFuture<List<EgressRoute>>> resolver,
            HttpClient client,
            ObjectMapper mapper) {
        this.address = VaultAddress.of(config.address());
        this.namespace = config.namespace().orElse(null);
        this.resolver = requireNonNull(resolver, "resolver is null");
        this.client = requireNonNull(client, "client is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
    }

    /** @param path the path below {@code /v1/}, not percent-encoded */
    VaultResponse get(String path, String token, Deadline deadline) throws VaultException {
        return send(HttpMethod.GET, path, token, null, deadline);
    }

    /** @param token null for a login */
    VaultResponse post(String path, @Nullable String token, Map<String, String> body, Deadline deadline)
            throws VaultException {
        return send(
                HttpMethod.POST,
                path,
                token,
                mapper.valueToTree(body).toString().getBytes(UTF_8),
                deadline);
    }

    private VaultResponse send(
            HttpMethod method, String path, @Nullable String token, byte @Nullable [] body, Deadline deadline)
            throws VaultException {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost(address.host())
                .setPort(address.port())
                .setSsl(address.tls())
                .setURI(address.path() + "/v1/" + encoded(path))
                .setFollowRedirects(false)
                // Servers may require it, against forged requests.
                .putHeader("X-Vault-Request", "true");
        if (token != null) {
            options.putHeader("X-Vault-Token", token);
        }
        if (namespace != null) {
            options.putHeader("X-Vault-Namespace", namespace);
        }
        if (body != null) {
            options.putHeader("Content-Type", "application/json");
        }
        return send(options, body == null ? Buffer.buffer() : Buffer.buffer(body), deadline);
    }

    private VaultResponse send(RequestOptions options, Buffer body, Deadline deadline) throws VaultException {
        try {
            List<EgressRoute> routes =
                    resolver.apply(address.host()).get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
            boolean repeated = false;
            for (int i = 0; ; i++) {
                try {
                    return parse(send(options, body, routes.get(i), deadline));
                } catch (ExecutionException e) {
                    if (!repeated && isClosed(cause(e)) && !deadline.isOver()) {
                        // Probably an idle connection that the server had closed. All requests may be repeated.
                        repeated = true;
                        i--;
                    } else if (i + 1 == routes.size() || deadline.isOver() || !isConnectFailure(cause(e))) {
                        throw failure(cause(e), deadline);
                    }
                }
            }
        } catch (ExecutionException e) {
            throw failure(cause(e), deadline);
        } catch (TimeoutException e) {
            throw timeout(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw timeout(deadline);
        }
    }

    private Received send(RequestOptions options, Buffer body, EgressRoute route, Deadline deadline)
            throws ExecutionException, InterruptedException, TimeoutException {
        RequestOptions routed = new RequestOptions(options);
        route.applyTo(routed);
        AtomicReference<@Nullable HttpClientRequest> sent = new AtomicReference<>();
        AtomicBoolean isLate = new AtomicBoolean();
        Future<Received> response = client.request(routed).compose(request -> {
            sent.set(request);
            // It may have waited for a connection for too long.
            if (isLate.get()) {
                request.reset();
            }
            // Inside, since it must run before the event loop reads on.
            return request.send(body).compose(VaultConnection::receive);
        });
        try {
            return response.toCompletionStage()
                    .toCompletableFuture()
                    .get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            isLate.set(true);
            HttpClientRequest request = sent.get();
            if (request != null) {
                request.reset();
            }
            throw e;
        }
    }

    /** A response before it is parsed, which would delay others on the event loop. */
    private record Received(int status, Buffer body, boolean isTooLong) {}

    private static Future<Received> receive(HttpClientResponse response) {
        Promise<Received> promise = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(bytes -> {
            if (body.length() + bytes.length() > MAX_BODY_BYTES) {
                promise.tryComplete(new Received(response.statusCode(), Buffer.buffer(), true));
                response.request().reset();
            } else {
                body.appendBuffer(bytes);
            }
        });
        response.exceptionHandler(promise::tryFail);
        response.endHandler(end -> promise.tryComplete(new Received(response.statusCode(), body, false)));
        return promise.future();
    }

    private VaultResponse parse(Received received) throws VaultException {
        if (received.isTooLong()) {
            throw new VaultException(
                    Kind.MALFORMED_RESPONSE,
                    "sent a response of more than %d KiB (status %d): check its address, and keep the value in a smaller secret."
                            .formatted(MAX_BODY_BYTES >> 10, received.status()));
        }
        return new VaultResponse(received.status(), json(received.body()));
    }

    private JsonNode json(Buffer body) {
        try {
            JsonNode json = mapper.readTree(body.getBytes());
            return json == null ? MissingNode.getInstance() : json;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static String encoded(String path) {
        return Stream.of(path.split("/"))
                .map(segment -> URLEncoder.encode(segment, UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    private static Throwable cause(ExecutionException e) {
        Throwable cause = requireNonNullElse(e.getCause(), e);
        return cause instanceof CompletionException ? requireNonNullElse(cause.getCause(), cause) : cause;
    }

    /** Whether the next address may work. */
    private static boolean isConnectFailure(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof NoRouteToHostException;
    }

    private static boolean isClosed(Throwable cause) {
        return cause instanceof HttpClosedException || cause instanceof SocketException && !isConnectFailure(cause);
    }

    private static VaultException failure(Throwable cause, Deadline deadline) {
        LOG.debug("A request to Vault failed", Exceptions.withoutMessages(cause));
        return switch (cause) {
            case EgressDeniedException rejected ->
                new VaultException(Kind.EGRESS_DENIED, "is not called: " + rejected.getMessage());
            case UnknownHostException unknown ->
                new VaultException(Kind.UNREACHABLE, "has an unknown host: check the host name in its address.");
            case ConnectTimeoutException late ->
                new VaultException(
                        Kind.UNREACHABLE,
                        "did not accept a connection within AGYN_SECRET_CONNECT_TIMEOUT: check the host and port of its"
                                + " address, and whether it is up.");
            case SSLException late when late.getCause() instanceof SslHandshakeTimeoutException -> timeout(deadline);
            case SSLException untrusted ->
                new VaultException(
                        Kind.TLS,
                        "failed the TLS handshake: check that it serves https at its address, and that its certificate is"
                                + " valid for the host, not expired, and signed by an authority in its ca_certificate or in"
                                + " AGYN_EXTRA_CA_FILE.");
            case TimeoutException late -> timeout(deadline);
            default ->
                new VaultException(Kind.UNREACHABLE, "cannot be reached: check its address, and whether it is up.");
        };
    }

    static VaultException timeout(Deadline deadline) {
        return new VaultException(
                Kind.TIMEOUT,
                "did not respond within " + text(deadline.limit())
                        + " (AGYN_SECRET_READ_TIMEOUT): check its load, and the network to it.");
    }

    private static String text(Duration duration) {
        return duration.toMillisPart() == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    @Override
    public void close() {
        client.close();
    }
}
