package io.agyn.listener;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Checks the URI of requests (RFC 3986). Quarkus would respond to a malformed one with an empty 400, before all
 * routes; a property disables that.
 */
public final class RequestUri {
    /** The system property that disables Quarkus's check; it is read once, when its classes are loaded. */
    public static final String QUARKUS_PROPERTY = "vertx.disableURIValidation";

    /** The error for a malformed URI. */
    public static final String MALFORMED =
            "The URL is malformed: a percent sign must be followed by two hexadecimal digits, as in %25 for the sign"
                    + " itself, and in other characters that are invalid in URLs.";

    private RequestUri() {}

    public static boolean isValid(HttpServerRequest request) {
        try {
            new URI(request.uri());
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
