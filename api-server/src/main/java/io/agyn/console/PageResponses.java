package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Makes the answers that carry pages. */
@Singleton
public class PageResponses {
    private static final int SECONDS_REVEALED = 30;
    private static final Duration FLASH_LIFETIME = Duration.ofMinutes(1);
    private static final int LONGEST_FLASH = 600;

    @CheckedTemplate(basePath = "console")
    static class Templates {
        static native TemplateInstance confirm(Confirmation question);

        static native TemplateInstance fromElsewhere(String path);

        static native TemplateInstance revealed(String name, String value, String back, int seconds);

        static native TemplateInstance revealed$value(String value, int seconds);
    }

    private final Page page;
    private final Cookies cookies;

    PageResponses(Page page, Cookies cookies) {
        this.page = requireNonNull(page, "page is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
    }

    /** 200 with a page, or a part of one. */
    public Response ok(TemplateInstance template) {
        return answer(200, template);
    }

    /**
     * A page whose form was refused.
     *
     * @param status 422 for what is wrong in a field, or else the problem's own
     */
    public Response refused(int status, TemplateInstance template) {
        return answer(status == 400 || status == 404 ? 422 : status, template);
    }

    /** A page of a list; 422 where its filters cannot be used. */
    public Response list(TemplateInstance template, Filters filters) {
        return answer(filters.form().errors().isEmpty() ? 200 : 422, template);
    }

    /** A page that asks before something is done. */
    public Response confirm(int status, Confirmation question) {
        return answer(status, Templates.confirm(question));
    }

    /**
     * A revealed credential, which is hidden again by itself.
     *
     * @param name the name of what has it
     * @param back the page of that
     */
    public Response revealed(String name, String value, String back) {
        return page.partial()
                ? ok(Templates.revealed$value(value, SECONDS_REVEALED))
                : Response.fromResponse(ok(Templates.revealed(name, value, back, SECONDS_REVEALED)))
                        .header("Refresh", SECONDS_REVEALED + "; url=" + back)
                        .build();
    }

    /** A page that says what went wrong, with what only who is signed in is shown where that can be had. */
    Response failed(int status, TemplateInstance template) {
        if (page.signedIn()) {
            try {
                return answer(status, template);
            } catch (RuntimeException e) {
                // It went wrong for the frame too, as it does without the database.
            }
        }
        return bare(status, template);
    }

    /** A page without what only who is signed in is shown. */
    public Response bare(int status, TemplateInstance template) {
        page.bare();
        return answer(status, template);
    }

    /**
     * Lets the browser ask from a page of ours: cookies, which are SameSite=Strict, do not come with a link of another site,
     * nor where that redirects to.
     *
     * @param path what to ask for; empty for the same again
     */
    public Response askAgain(String path) {
        return Response.fromResponse(bare(200, Templates.fromElsewhere(path)))
                .header("Refresh", path.isEmpty() ? "0" : "0; url=" + path)
                .build();
    }

    /** 303 to another page; to htmx, what has the browser go there. */
    public Response redirect(String path) {
        if (page.scripted()) {
            return Response.noContent().header("HX-Redirect", path).build();
        }
        // A plain header, since JAX-RS would make a location() absolute by the caller's Host header.
        return Response.status(Response.Status.SEE_OTHER)
                .header(HttpHeaders.LOCATION, path)
                .build();
    }

    /** 303 to another page, which says what was done. */
    public Response done(String path, String message) {
        String kept = message.substring(0, Math.min(message.length(), LONGEST_FLASH));
        return Response.fromResponse(redirect(path))
                .cookie(cookies.make(Page.FLASH, URLEncoder.encode(kept, StandardCharsets.UTF_8), FLASH_LIFETIME))
                .build();
    }

    private Response answer(int status, TemplateInstance template) {
        boolean hasFlash = page.flash() != null;
        byte[] html = template.render().getBytes(StandardCharsets.UTF_8);
        Response.ResponseBuilder response = Response.status(status)
                .type(MediaType.TEXT_HTML_TYPE.withCharset("UTF-8"))
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (page.takesGzip()) {
            response.header(HttpHeaders.CONTENT_ENCODING, "gzip").entity(Assets.zip(html));
        } else {
            response.entity(html);
        }
        return hasFlash
                ? response.cookie(cookies.make(Page.FLASH, "", Duration.ZERO)).build()
                : response.build();
    }
}
