package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.access.RequestLimits;
import io.agyn.contract.Contract;
import io.agyn.listener.Drain;
import io.agyn.listener.RequestUri;
import io.agyn.pipeline.RequestIds;
import io.agyn.pipeline.Stage;
import io.agyn.problems.ProblemBodies;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/** The routes of the REST API without operations: rate limits of addresses, OPTIONS, and unknown paths. */
@ApplicationScoped
public class RestApi {
    /** The path of the contract's server. */
    public static final String ROOT = "/api/v1";

    /** The internal path of the Console's pages. */
    public static final String PAGES = ROOT + "/console";

    private final ProblemBodies bodies;
    private final Contract contract;
    private final Drain drain;
    private final RequestLimits limits;

    RestApi(ProblemBodies bodies, Contract contract, Drain drain, RequestLimits limits) {
        this.limits = requireNonNull(limits, "limits is null");
        this.drain = requireNonNull(drain, "drain is null");
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.contract = requireNonNull(contract, "contract is null");
    }

    /**
     * Returns the methods of a path in the form of the Allow header (RFC 9110, section 10.2.1); empty for an unknown
     * path.
     */
    String allow(String path) {
        return String.join(", ", contract.methodsAt(path.substring(ROOT.length())));
    }

    void register(@Observes Router router) {
        Stage.ADMISSION.route(router).handler(this::admit);
        Stage.ADDRESS_RATE_LIMIT.route(router, ROOT + "/*").handler(this::limit);
        Stage.EMPTY_SEGMENTS.route(router, ROOT + "/*").handler(this::rejectEmptySegments);
        // The REST stack's own response to OPTIONS also lists the methods of sibling paths.
        Stage.OPTIONS.route(router, ROOT + "/*").method(HttpMethod.OPTIONS).handler(this::options);
        Stage.NOT_FOUND.route(router).handler(this::notFound);
    }

    private void options(RoutingContext context) {
        String allow = allow(context.normalizedPath());
        if (allow.isEmpty()) {
            notFound(context);
        } else {
            context.response().setStatusCode(204).putHeader("Allow", allow).end();
        }
    }

    private void admit(RoutingContext context) {
        if (drain.rejects(context.request())) {
            context.response().putHeader("Retry-After", "1").putHeader("Connection", "close");
            end(
                    context,
                    new ProblemException(ProblemKind.UNAVAILABLE, "This server is stopping; send the request again."));
        } else if (!RequestUri.isValid(context.request())) {
            end(context, new ProblemException(ProblemKind.INVALID_REQUEST, RequestUri.MALFORMED));
        } else {
            context.next();
        }
    }

    private void limit(RoutingContext context) {
        String path = context.normalizedPath();
        Optional<ProblemException> problem = path.equals(PAGES) || path.startsWith(PAGES + "/")
                ? Optional.empty()
                : limits.countAddress(context.request());
        problem.ifPresentOrElse(exceeded -> end(context, exceeded), context::next);
    }

    // Vert.x would drop an empty segment, and match another path.
    private void rejectEmptySegments(RoutingContext context) {
        // Vert.x rejects requests without a path.
        if (requireNonNull(context.request().path(), "path is null").indexOf("//", 1) < 0) {
            context.next();
        } else {
            end(
                    context,
                    new ProblemException(
                            ProblemKind.NOT_FOUND,
                            "A segment of the path is empty: check that all variables in the URL are set."));
        }
    }

    /** Responds with a 404. */
    public void notFound(RoutingContext context) {
        end(context, new ProblemException(ProblemKind.NOT_FOUND, "Unknown path; the API is under " + ROOT + "."));
    }

    private void end(RoutingContext context, ProblemException problem) {
        problem.headers().forEach(context.response()::putHeader);
        context.response()
                .setStatusCode(problem.kind().status())
                .putHeader("Content-Type", ProblemBodies.MEDIA_TYPE)
                .end(Buffer.buffer(bodies.write(problem, RequestIds.of(context))));
    }
}
