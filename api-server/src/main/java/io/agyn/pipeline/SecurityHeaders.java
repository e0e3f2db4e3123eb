package io.agyn.pipeline;

import static java.util.Objects.requireNonNull;

import io.agyn.hash.Sha256;
import io.agyn.settings.Settings;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Sets headers so that browsers treat responses only as data: they guess no content type, run no scripts, show them
 * in no frame, and send no referrer. The Console's pages have another policy. There is no CORS (Fetch standard), so
 * pages of other origins cannot read the responses. The LLM Proxy sets its own headers.
 */
@ApplicationScoped
class SecurityHeaders {
    private static final String DATA = "default-src 'none'; frame-ancestors 'none'";
    // Swagger UI's page has inline scripts, which are allowed by their hashes. A build has the page among its
    // resources.
    private static final String DOCS_PAGE =
            "META-INF/io.smallrye_smallrye-open-api-ui__jar/META-INF/resources/openapi-ui/index.html";
    private static final Pattern SCRIPT = Pattern.compile("<script(?: defer)?>(.*?)</script>", Pattern.DOTALL);
    private static final String DOCS = "default-src 'none'; script-src 'self' %s; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none';"
            + " frame-ancestors 'none'";
    private static final String DOCS_PATH = "/docs";

    // Browsers apply it to all ports of a host, so it must not be sent for localhost, which other programs share.
    private static final String HSTS = "max-age=31536000";
    private static final String LOCALHOST = "localhost";

    private final boolean isTls;
    private final String docs = DOCS.formatted(scriptsOfDocs());

    SecurityHeaders(Settings settings) {
        isTls = requireNonNull(settings, "settings is null")
                .http()
                .tlsCertificateFile()
                .isPresent();
    }

    void register(@Observes Router router) {
        Stage.SECURITY_HEADERS.route(router).handler(this::add);
    }

    private void add(RoutingContext context) {
        HttpServerResponse response = context.response();
        String path = context.normalizedPath();
        boolean isDocs = path.equals(DOCS_PATH) || path.startsWith(DOCS_PATH + "/");
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Content-Security-Policy", isDocs ? docs : DATA);
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

    /**
     * Returns the CSP sources of the scripts in Swagger UI's page; any inline script if tests run the server without
     * a build.
     */
    private static String scriptsOfDocs() {
        try (InputStream page = Thread.currentThread().getContextClassLoader().getResourceAsStream(DOCS_PAGE)) {
            if (page == null) {
                return "'unsafe-inline'";
            }
            return SCRIPT.matcher(new String(page.readAllBytes(), StandardCharsets.UTF_8))
                    .results()
                    .map(script -> Sha256.of(script.group(1)))
                    .map(hash -> "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'")
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
