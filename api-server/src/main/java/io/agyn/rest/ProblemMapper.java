package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.problems.ProblemBodies;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.jboss.logging.Logger;

/** The one place where an exception turns into an answer, of the REST API or of the Console. */
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
            // Without a trace: in an outage there is one for each request, and they all say the same.
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
