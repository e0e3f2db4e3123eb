package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Violation;
import io.agyn.console.session.Session;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.ProblemPages;
import io.agyn.rest.RequestIds;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;

/** Shows what no page has dealt with: what is not there, what is not allowed, what failed. */
@Singleton
class ErrorPages implements ProblemPages {
    @CheckedTemplate(basePath = "console")
    static class Templates {
        static native TemplateInstance problem(String title, String detail, String requestId);

        static native TemplateInstance problem$alert(String detail);
    }

    private final RoutingContext context;
    private final Cookies cookies;
    private final Page page;
    private final PageResponses pages;

    ErrorPages(RoutingContext context, Cookies cookies, Page page, PageResponses pages) {
        this.context = requireNonNull(context, "context is null");
        this.cookies = requireNonNull(cookies, "cookies is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @Override
    public Optional<Response> page(ProblemException problem) {
        return ConsoleRoutes.isPage(context) ? Optional.of(show(problem)) : Optional.empty();
    }

    private Response show(ProblemException problem) {
        if (problem.kind() == ProblemKind.UNAUTHENTICATED) {
            return signIn();
        }
        Response.ResponseBuilder response = Response.fromResponse(explain(problem));
        problem.headers().forEach(response::header);
        return response.build();
    }

    private Response explain(ProblemException problem) {
        int status = problem.kind().status();
        if (page.scripted()) {
            // Above what is there, which stays as it was typed.
            return Response.fromResponse(pages.bare(status, Templates.problem$alert(said(problem))))
                    .header("HX-Retarget", "#trouble")
                    .header("HX-Reselect", ".alert")
                    .header("HX-Reswap", "innerHTML")
                    .build();
        }
        String title =
                switch (status) {
                    case 403 -> "Permission denied";
                    case 404 -> "Page not found";
                    default -> problem.kind().title();
                };
        String detail =
                status == 404 ? "It was deleted, or you do not have access to it. Check the address." : said(problem);
        return pages.failed(status, Templates.problem(title, detail, RequestIds.of(context)));
    }

    /** What is wrong with an address stands nowhere but here. */
    private static String said(ProblemException problem) {
        return problem.violations().isEmpty()
                ? problem.getMessage()
                : problem.violations().stream().map(Violation::getDetail).collect(Collectors.joining(" "));
    }

    /**
     * Whether the browser may have kept the cookie back from a link of another site, which it does not say where it does not
     * trust the connection: the sign-in would take the place of their session.
     */
    private boolean mayBeSignedIn() {
        return context.request().method() == HttpMethod.GET
                && !page.scripted()
                && context.request().getHeader("Sec-Fetch-Site") == null
                && cookies.read(Session.COOKIE).isEmpty();
    }

    /** Back to where they are now, once they have signed in. */
    private Response signIn() {
        String asked = ConsoleRoutes.asked(context);
        if (context.request().method() != HttpMethod.GET) {
            // What was sent is lost with the session; the page above it is there.
            asked = asked.substring(0, Math.max(asked.lastIndexOf('/'), 1));
        }
        String path = "/sign-in?next=" + URLEncoder.encode(asked, StandardCharsets.UTF_8);
        return mayBeSignedIn() ? pages.askAgain(path) : pages.redirect(path);
    }
}
