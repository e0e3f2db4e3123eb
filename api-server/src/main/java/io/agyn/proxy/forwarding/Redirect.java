package io.agyn.proxy.forwarding;

import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.Target;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpClientResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * The error for a provider's redirect. The proxy neither follows it nor passes it on: an SDK would follow it and send
 * the prompt, sometimes with its API token, past the egress rules.
 */
public final class Redirect {
    private static final int NOT_MODIFIED = 304;
    // The length limit of an endpoint.
    private static final int MAX_LOCATION_LENGTH = 2048;

    private Redirect() {}

    /** Whether a status is a redirect (RFC 9110, section 15.4). */
    static boolean is(int status) {
        return status >= 300 && status < 400 && status != NOT_MODIFIED;
    }

    /**
     * Returns the error. Its message names only the provider; its detail, for users who may see the endpoint, has the
     * location without its query.
     *
     * @param path the path of the call, relative to the provider's endpoint
     */
    public static ProxyError error(Target target, String path, HttpClientResponse response) {
        String what = "The LLM provider " + target.providerName()
                + " redirects calls, and redirects are not followed: set its endpoint to the target of the redirect";
        ProxyError error = ProxyError.of(Kind.PROVIDER_REDIRECTS, what + ".");
        return location(response)
                .map(location -> error.withDetail(what + ", " + endpoint(location, path) + "."))
                .orElse(error);
    }

    private static String endpoint(String location, String path) {
        return location.endsWith(path)
                ? location.substring(0, location.length() - path.length())
                : "from the location " + location;
    }

    private static Optional<String> location(HttpClientResponse response) {
        String given = response.headers().get(HttpHeaderNames.LOCATION);
        if (given == null || given.isEmpty() || given.length() > MAX_LOCATION_LENGTH) {
            return Optional.empty();
        }
        try {
            URI to = new URI(response.request().absoluteURI()).resolve(new URI(given));
            if (to.getHost() == null) {
                return Optional.empty();
            }
            String port = to.getPort() < 0 ? "" : ":" + to.getPort();
            String path = to.getRawPath() == null ? "" : to.getRawPath();
            return Optional.of(new URI(to.getScheme() + "://" + to.getHost() + port + path).toASCIIString());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
