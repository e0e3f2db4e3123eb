package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.contract.Contract;
import io.agyn.problems.ProblemBodies;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Where the REST API lies, and what answers beside its operations: OPTIONS, and paths at which there is nothing. */
@ApplicationScoped
public class RestApi {
    /** The contract's only server. */
    public static final String ROOT = "/api/v1";

    private static final int AHEAD_OF_REST = -1_000;
    private static final int BEHIND_ALL_ROUTES = Integer.MAX_VALUE;

    private final ProblemBodies bodies;
    private final Contract contract;

    RestApi(ProblemBodies bodies, Contract contract) {
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.contract = requireNonNull(contract, "contract is null");
    }

    /** The methods that a path takes, as Allow lists them (RFC 9110, 10.2.1); empty where there is no such path. */
    String allow(String path) {
        return String.join(", ", contract.methodsAt(path.substring(ROOT.length())));
    }

    void register(@Observes Router router) {
        // The REST stack's own answer to OPTIONS allows what sibling paths take.
        router.options(ROOT + "/*").order(AHEAD_OF_REST).handler(this::options);
        router.route().order(BEHIND_ALL_ROUTES).handler(this::notFound);
    }

    private void options(RoutingContext context) {
        String allow = allow(context.normalizedPath());
        if (allow.isEmpty()) {
            notFound(context);
        } else {
            context.response().setStatusCode(204).putHeader("Allow", allow).end();
        }
    }

    /** Answers that there is nothing at a path. */
    public void notFound(RoutingContext context) {
        ProblemException problem = new ProblemException(
                ProblemKind.NOT_FOUND, "There is nothing at this path; the API lies below " + ROOT + ".");
        context.response()
                .setStatusCode(problem.kind().status())
                .putHeader("Content-Type", ProblemBodies.MEDIA_TYPE)
                .end(Buffer.buffer(bodies.write(problem, RequestIds.of(context))));
    }
}
