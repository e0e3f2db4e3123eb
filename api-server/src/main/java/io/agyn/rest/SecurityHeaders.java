package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tells browsers to make nothing of the server's responses but data: not to guess at their type, to run nothing in them, to
 * show them in no frame, and to tell no other site of their addresses. The Console's pages have a policy of their own. There
 * is no CORS (Fetch standard): pages of other origins cannot read them. The LLM Proxy sets its headers itself.
 */
@ApplicationScoped
class SecurityHeaders {
    private static final String DATA = "default-src 'none'; frame-ancestors 'none'";
    // The page of Swagger UI has scripts in it, which are allowed by their hashes. A build has the page among its
    // resources.
    private static final String DOCS_PAGE =
            "META-INF/io.smallrye_smallrye-open-api-ui__jar/META-INF/resources/openapi-ui/index.html";
    private static final Pattern SCRIPT = Pattern.compile("<script(?: defer)?>(.*?)</script>", Pattern.DOTALL);
    private static final String DOCS = "default-src 'none'; script-src 'self' %s; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none';"
            + " frame-ancestors 'none'";
    private static final String DOCS_PATH = "/docs";

    // Browsers apply it to all ports of a host, so not to one that other programs share.
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

    /** The sources of the scripts in the page of Swagger UI; any where tests run the server without a build. */
    private static String scriptsOfDocs() {
        try (InputStream page = Thread.currentThread().getContextClassLoader().getResourceAsStream(DOCS_PAGE)) {
            if (page == null) {
                return "'unsafe-inline'";
            }
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return SCRIPT.matcher(new String(page.readAllBytes(), StandardCharsets.UTF_8))
                    .results()
                    .map(script -> sha256.digest(script.group(1).getBytes(StandardCharsets.UTF_8)))
                    .map(hash -> "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'")
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
