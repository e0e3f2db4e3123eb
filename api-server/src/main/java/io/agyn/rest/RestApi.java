package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.problems.ProblemBodies;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Where the REST API lies, and what answers where nothing does. */
@ApplicationScoped
public class RestApi {
    /** The contract's only server. */
    public static final String ROOT = "/api/v1";

    private static final int BEHIND_ALL_ROUTES = Integer.MAX_VALUE;

    private final ProblemBodies bodies;

    RestApi(ProblemBodies bodies) {
        this.bodies = requireNonNull(bodies, "bodies is null");
    }

    void register(@Observes Router router) {
        router.route().order(BEHIND_ALL_ROUTES).handler(this::notFound);
    }

    private void notFound(RoutingContext context) {
        ProblemException problem = new ProblemException(
                ProblemKind.NOT_FOUND, "There is nothing at this path; the API lies below " + ROOT + ".");
        context.response()
                .setStatusCode(problem.kind().status())
                .putHeader("Content-Type", ProblemBodies.MEDIA_TYPE)
                .end(Buffer.buffer(bodies.write(problem, RequestIds.of(context))));
    }
}
