package io.agyn.rest;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Whether the URI of a request can be read (RFC 3986). Quarkus would answer one that cannot with an empty 400, ahead of all
 * routes, and is told not to.
 */
public final class RequestUri {
    /** The system property that tells Quarkus so; read once, when its classes are loaded. */
    public static final String QUARKUS_PROPERTY = "vertx.disableURIValidation";

    /** What is wrong with one that cannot be read. */
    public static final String MALFORMED =
            "The URL is malformed: a percent sign takes two hexadecimal digits behind it, as in %25 for the sign itself,"
                    + " and so do characters that URLs cannot have.";

    private RequestUri() {}

    /** Whether it can be read. */
    public static boolean isValid(HttpServerRequest request) {
        try {
            new URI(request.uri());
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
