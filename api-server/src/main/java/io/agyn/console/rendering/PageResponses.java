package io.agyn.console.rendering;

import static java.util.Objects.requireNonNull;

import io.agyn.console.forms.Confirmation;
import io.agyn.console.forms.Filters;
import io.agyn.console.routing.Cookies;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Creates the responses with pages. */
@Singleton
public class PageResponses {
    private static final int REVEAL_SECONDS = 30;
    private static final Duration FLASH_LIFETIME = Duration.ofMinutes(1);
    private static final int MAX_FLASH_LENGTH = 600;

    @CheckedTemplate(basePath = "console")
    static class Templates {
        static native TemplateInstance confirm(Confirmation question);

        static native TemplateInstance crossSite(String path);

        static native TemplateInstance session(boolean signedIn);

        static native TemplateInstance revealed(String name, String value, String back, int seconds);

        static native TemplateInstance revealed$value(String value, int seconds);
    }

    private final Page page;
    private final Cookies cookies;

    PageResponses(Page page, Cookies cookies) {
        this.page = requireNonNull(page, "page is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
    }

    /** 200 with a page or a part of it. */
    public Response ok(TemplateInstance template) {
        return respond(200, template);
    }

    /**
     * A page with the errors of its form.
     *
     * @param status the problem's status; 422 replaces 400 and 404, since the page itself exists
     */
    public Response rejected(int status, TemplateInstance template) {
        return respond(status == 400 || status == 404 ? 422 : status, template);
    }

    /** A page of a list; 422 if a filter is invalid. */
    public Response list(TemplateInstance template, Filters filters) {
        return respond(filters.form().errors().isEmpty() ? 200 : 422, template);
    }

    public Response confirm(int status, Confirmation question) {
        return respond(status, Templates.confirm(question));
    }

    /**
     * For a form whose session has ended: an alert with a link to sign in again in another tab, or, once that is done, a new CSRF
     * token for the form.
     */
    public Response session(int status, boolean signedIn) {
        return withoutNavigation(status, Templates.session(signedIn));
    }

    /**
     * A page with a credential, which is hidden after 30 seconds.
     *
     * @param name the name of the credential's resource
     * @param back the path of the resource
     */
    public Response revealed(String name, String value, String back) {
        return page.partial()
                ? ok(Templates.revealed$value(value, REVEAL_SECONDS))
                : Response.fromResponse(ok(Templates.revealed(name, value, back, REVEAL_SECONDS)))
                        .header("Refresh", REVEAL_SECONDS + "; url=" + back)
                        .build();
    }

    /** An error page, with the navigation if possible. */
    Response error(int status, TemplateInstance template) {
        if (page.signedIn()) {
            try {
                return respond(status, template);
            } catch (RuntimeException e) {
                // The navigation fails too if the database is unavailable.
            }
        }
        return withoutNavigation(status, template);
    }

    /** A page without the navigation. */
    public Response withoutNavigation(int status, TemplateInstance template) {
        page.hideNavigation();
        return respond(status, template);
    }

    /**
     * A page that reloads itself or loads another page. Browsers send no {@code SameSite=Strict} cookies with a link of another
     * site or with the redirects that follow it, but they do with the reload.
     *
     * @param path the page to load; empty for the same page
     */
    public Response reload(String path) {
        return Response.fromResponse(withoutNavigation(200, Templates.crossSite(path)))
                .header("Refresh", path.isEmpty() ? "0" : "0; url=" + path)
                .build();
    }

    /** 303; for htmx, the header that makes the browser load the page. */
    public Response redirect(String path) {
        if (page.scripted()) {
            return Response.noContent().header("HX-Redirect", path).build();
        }
        // JAX-RS would make location() absolute with the request's Host header.
        return Response.status(Response.Status.SEE_OTHER)
                .header(HttpHeaders.LOCATION, path)
                .build();
    }

    /** A redirect to a page that displays a message. */
    public Response done(String path, String message) {
        String kept = message.substring(0, Math.min(message.length(), MAX_FLASH_LENGTH));
        return Response.fromResponse(redirect(path))
                .cookie(cookies.create(Page.FLASH, URLEncoder.encode(kept, StandardCharsets.UTF_8), FLASH_LIFETIME))
                .build();
    }

    private Response respond(int status, TemplateInstance template) {
        boolean hasFlash = page.flash() != null;
        byte[] html = template.render().getBytes(StandardCharsets.UTF_8);
        Response.ResponseBuilder response = Response.status(status)
                .type(MediaType.TEXT_HTML_TYPE.withCharset("UTF-8"))
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (page.acceptsGzip()) {
            response.header(HttpHeaders.CONTENT_ENCODING, "gzip").entity(Assets.zip(html));
        } else {
            response.entity(html);
        }
        return hasFlash
                ? response.cookie(cookies.create(Page.FLASH, "", Duration.ZERO)).build()
                : response.build();
    }
}
