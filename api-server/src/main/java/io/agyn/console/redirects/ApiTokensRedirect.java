package io.agyn.console.redirects;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.console.rendering.PageResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** Redirects to the API tokens of the user. */
@Path("/console/api-tokens")
@SessionAuthenticated
@RunOnVirtualThread
public class ApiTokensRedirect {
    private final PageResponses pages;

    ApiTokensRedirect(PageResponses pages) {
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response redirect() {
        return pages.redirect("/tokens");
    }
}
