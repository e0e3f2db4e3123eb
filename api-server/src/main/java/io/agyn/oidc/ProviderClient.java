package io.agyn.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.agyn.proxy.egress.EgressResolver;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Requests to the identity provider, directly or through the HTTP proxy of {@code AGYN_EGRESS_HTTP_PROXY}. Its address is the
 * operator's choice, so that {@code AGYN_EGRESS_PRIVATE} does not apply. It blocks.
 */
final class ProviderClient {
    /** The maximum time of a request. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final int MAX_BODY_BYTES = 512 << 10;
    private static final String FORM = "application/x-www-form-urlencoded";

    private final HttpClient client;
    private final EgressResolver egress;
    private final ObjectMapper mapper;
    private final boolean allowsHttp;

    /** @param client verifies certificates and host names */
    ProviderClient(HttpClient client, EgressResolver egress, ObjectMapper mapper, boolean allowsHttp) {
        this.client = requireNonNull(client, "client is null");
        this.egress = requireNonNull(egress, "egress is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
        this.allowsHttp = allowsHttp;
    }

    /** A response; the body is missing if it is not JSON. */
    record Response(int status, JsonNode body) {}

    /**
     * Gets a JSON document.
     *
     * @throws IdentityProviderException if the response is anything else
     */
    JsonNode get(String url) throws IdentityProviderException {
        return get(url, Optional.empty());
    }

    /** Gets a JSON document, with an access token of the provider if one is given. */
    JsonNode get(String url, Optional<String> accessToken) throws IdentityProviderException {
        Response response = send(
                HttpMethod.GET,
                url,
                options -> accessToken.ifPresent(token -> options.putHeader("Authorization", "Bearer " + token)),
                Buffer.buffer());
        if (response.status() != 200 || !response.body().isObject()) {
            throw new IdentityProviderException(
                    "%s returned status %d%s, not a JSON document".formatted(url, response.status(), kind(response)));
        }
        return response.body();
    }

    /** Posts a form, with HTTP Basic if a password is given. */
    Response post(String url, Map<String, String> form, Map<String, String> basic) throws IdentityProviderException {
        String body = form.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(
                HttpMethod.POST,
                url,
                options -> {
                    options.putHeader("Content-Type", FORM);
                    // RFC 6749, section 2.3.1: both are form-encoded first.
                    basic.forEach((user, password) -> options.putHeader(
                            "Authorization",
                            "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString(
                                                    (encoded(user) + ":" + encoded(password)).getBytes(UTF_8))));
                },
                Buffer.buffer(body));
    }

    private static String kind(Response response) {
        return response.status() == 200 ? " and another body" : "";
    }

    private interface Customizer {
        void apply(RequestOptions options);
    }

    private Response send(HttpMethod method, String url, Customizer customizer, Buffer body)
            throws IdentityProviderException {
        URI uri = ProviderMetadata.endpoint(url, allowsHttp);
        boolean isTls = uri.getScheme().equalsIgnoreCase("https");
        String host = uri.getHost();
        String path = requireNonNullElse(uri.getRawPath(), "");
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
                .setPort(uri.getPort() < 0 ? (isTls ? 443 : 80) : uri.getPort())
                .setSsl(isTls)
                .setURI((path.isEmpty() ? "/" : path) + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()))
                .setFollowRedirects(false)
                .setTimeout(TIMEOUT.toMillis())
                .putHeader("Accept", "application/json");
        customizer.apply(options);
        egress.proxyFor(options.getHost()).ifPresent(route -> route.applyTo(options));
        Future<Received> response =
                client.request(options).compose(request -> request.send(body).compose(ProviderClient::receive));
        try {
            Received received =
                    response.toCompletionStage().toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return new Response(received.status(), json(received.body()));
        } catch (ExecutionException e) {
            throw new IdentityProviderException("%s does not respond (%s)".formatted(origin(uri), reason(e)), e);
        } catch (TimeoutException e) {
            throw new IdentityProviderException(
                    "%s does not respond within %d seconds".formatted(origin(uri), TIMEOUT.toSeconds()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IdentityProviderException("the server stops", e);
        }
    }

    private record Received(int status, Buffer body) {}

    private static Future<Received> receive(HttpClientResponse response) {
        Promise<Received> promise = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(bytes -> {
            if (body.length() + bytes.length() > MAX_BODY_BYTES) {
                promise.tryFail(new IOException("a response of more than " + (MAX_BODY_BYTES >> 10) + " KiB"));
                response.request().reset();
            } else {
                body.appendBuffer(bytes);
            }
        });
        response.exceptionHandler(promise::tryFail);
        response.endHandler(end -> promise.tryComplete(new Received(response.statusCode(), body)));
        return promise.future();
    }

    private JsonNode json(Buffer body) {
        try {
            return requireNonNullElse(mapper.readTree(body.getBytes()), MissingNode.getInstance());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private static String reason(ExecutionException e) {
        Throwable cause = requireNonNullElse(e.getCause(), e);
        return requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
