package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.Settings;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Tells browsers to make nothing of the server's responses but data: not to guess at their type, to run nothing in them, to
 * show them in no frame, and to tell no other site of their addresses. The Console's pages have a policy of their own. There
 * is no CORS (Fetch standard): pages of other origins cannot read them. The LLM Proxy sets its headers itself.
 */
@ApplicationScoped
class SecurityHeaders {
    private static final int BEFORE_REST = -90_000;

    private static final String DATA = "default-src 'none'; frame-ancestors 'none'";
    // Swagger UI's page has two scripts in it, which change with Quarkus's version: SecurityHeadersTest says their
    // hashes.
    private static final String DOCS = "default-src 'none'; script-src 'self'"
            + " 'sha256-7F2OcKskL04JgL2Wi9dIlM2nKVrWzSiW+5aE8S2GiP8='"
            + " 'sha256-ecnOKsa+j6iU3SNwXLQN/7fnMXUBM98htkS56nVyAPU=';"
            + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self';"
            + " form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
    private static final String DOCS_PATH = "/docs";

    // Browsers apply it to all ports of a host, so not to one that other programs share.
    private static final String HSTS = "max-age=31536000";
    private static final String LOCALHOST = "localhost";

    private final boolean isTls;

    SecurityHeaders(Settings settings) {
        isTls = requireNonNull(settings, "settings is null")
                .http()
                .tlsCertificateFile()
                .isPresent();
    }

    void register(@Observes Router router) {
        router.route().order(BEFORE_REST).handler(this::add);
    }

    private void add(RoutingContext context) {
        HttpServerResponse response = context.response();
        String path = context.normalizedPath();
        boolean isDocs = path.equals(DOCS_PATH) || path.startsWith(DOCS_PATH + "/");
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Content-Security-Policy", isDocs ? DOCS : DATA);
        response.putHeader("Referrer-Policy", "no-referrer");
        if (isTls && context.request().isSSL() && !isLocalhost(context)) {
            response.putHeader("Strict-Transport-Security", HSTS);
        }
        context.next();
    }

    private static boolean isLocalhost(RoutingContext context) {
        return context.request().authority() != null
                && context.request().authority().host().equalsIgnoreCase(LOCALHOST);
    }
}
