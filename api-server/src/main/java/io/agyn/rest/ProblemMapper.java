package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.RequestIds;
import io.agyn.problems.ProblemBodies;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.jboss.logging.Logger;

/** Turns exceptions into responses, of the REST API and of the Console. Nothing else does. */
@Provider
public class ProblemMapper implements ExceptionMapper<Throwable> {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    private final ProblemBodies bodies;
    private final Problems problems;
    private final ProblemPages pages;
    private final RoutingContext context;

    ProblemMapper(ProblemBodies bodies, Problems problems, ProblemPages pages, RoutingContext context) {
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.problems = requireNonNull(problems, "problems is null");
        this.pages = requireNonNull(pages, "pages is null");
        this.context = requireNonNull(context, "context is null");
    }

    @Override
    public Response toResponse(Throwable thrown) {
        ProblemException problem = problems.of(thrown);
        if (problem.kind() == ProblemKind.UNAVAILABLE) {
            // Without a stack trace: in an outage, every request fails with the same one.
            LOG.warnf(
                    "A request failed as unavailable: %s",
                    Problems.causes(thrown).toList().getLast().getMessage());
        } else if (problem.kind().status() >= 500) {
            LOG.errorf(thrown, "A request failed as %s", problem.kind().code());
        }
        return pages.page(problem).orElseGet(() -> json(problem));
    }

    private Response json(ProblemException problem) {
        Response.ResponseBuilder response = Response.status(problem.kind().status())
                .type(ProblemBodies.MEDIA_TYPE)
                .entity(bodies.write(problem, RequestIds.of(context)));
        problem.headers().forEach(response::header);
        return response.build();
    }
}
