package io.agyn.console.rendering;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Violation;
import io.agyn.console.routing.ConsoleRoutes;
import io.agyn.console.routing.Cookies;
import io.agyn.console.session.Session;
import io.agyn.pipeline.RequestIds;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.ProblemPages;
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

/** The pages for errors that no other page handles. */
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
            return aboveForm(pages.withoutNavigation(status, Templates.problem$alert(detail(problem))));
        }
        String title =
                switch (status) {
                    case 403 -> "Permission denied";
                    case 404 -> "Page not found";
                    default -> problem.kind().title();
                };
        String detail =
                status == 404 ? "It was deleted, or you do not have access to it. Check the address." : detail(problem);
        return pages.error(status, Templates.problem(title, detail, RequestIds.of(context)));
    }

    /** htmx displays the alert above the form, which keeps its values. */
    private static Response aboveForm(Response alert) {
        return Response.fromResponse(alert)
                .header("HX-Retarget", "#trouble")
                .header("HX-Reselect", ".alert")
                .header("HX-Reswap", "innerHTML")
                .build();
    }

    /** Only this page can show errors in the URL's parameters. */
    private static String detail(ProblemException problem) {
        return problem.violations().isEmpty()
                ? problem.getMessage()
                : problem.violations().stream().map(Violation::getDetail).collect(Collectors.joining(" "));
    }

    /**
     * Whether the browser may have withheld the cookie because the link is on another site. Without TLS it does not send {@code
     * Sec-Fetch-Site}. The sign-in page would replace the session.
     */
    private boolean mayBeSignedIn() {
        return context.request().method() == HttpMethod.GET
                && !page.scripted()
                && context.request().getHeader("Sec-Fetch-Site") == null
                && cookies.read(Session.COOKIE).isEmpty();
    }

    /** The sign-in page, which then returns to the requested page. */
    private Response signIn() {
        if (page.scripted() && context.request().method() == HttpMethod.POST) {
            // htmx displays it above the form, which keeps its values until the user has signed in again in another
            // tab.
            return aboveForm(pages.session(401, false));
        }
        String requested = ConsoleRoutes.requestedPath(context);
        if (context.request().method() != HttpMethod.GET) {
            // The form is lost; its path may not have a page, but the parent path does.
            requested = requested.substring(0, Math.max(requested.lastIndexOf('/'), 1));
        }
        String path = "/sign-in?next=" + URLEncoder.encode(requested, StandardCharsets.UTF_8);
        return mayBeSignedIn() ? pages.reload(path) : pages.redirect(path);
    }
}
