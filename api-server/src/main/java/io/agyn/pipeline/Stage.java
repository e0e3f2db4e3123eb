package io.agyn.pipeline;

import static java.util.Objects.requireNonNull;

import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.interceptor.Interceptor;
import jakarta.ws.rs.Priorities;

/**
 * The stages that a request passes, in order. A stage that responds ends the request; the later ones do not see it.
 * Quarkus's own routes, for health, metrics and Swagger UI, are between {@link #OPTIONS} and {@link #NOT_FOUND}.
 */
public enum Stage {
    MANAGEMENT_PORT(Kind.ROUTE, "separates health and metrics from callers' ports, before anything else runs"),
    CONNECTION_WATCH(Kind.ROUTE, "counts every request, also the LLM Proxy's, for time-outs and for the shutdown"),
    LLM_PROXY(Kind.ROUTE, "takes the paths below `/v1`; nothing of the REST stack slows a call"),
    REQUEST_ID(Kind.ROUTE, "gives all later stages the id for the response, the log and problems"),
    BODY_DRAIN(Kind.ROUTE, "reads the rest of a body whose request a later stage rejects"),
    ADMISSION(Kind.ROUTE, "rejects requests during the shutdown, and malformed URIs before a stage parses them"),
    CONSOLE_PATHS(Kind.ROUTE, "reroutes pages to the REST stack; the new path starts again at the first stage"),
    SECURITY_HEADERS(Kind.ROUTE, "sets the headers that browsers need on every response"),
    CONSOLE_HEADERS(Kind.ROUTE, "replaces some of these headers for pages"),
    CONTRACT_FILE(Kind.ROUTE, "serves `/openapi`"),
    CONSOLE_ASSETS(Kind.ROUTE, "serves styles and scripts"),
    ADDRESS_RATE_LIMIT(Kind.ROUTE, "rejects requests to the API from an address that sends too many, unauthenticated"),
    EMPTY_SEGMENTS(Kind.ROUTE, "rejects paths with `//`, which the REST stack would read as another path"),
    OPTIONS(Kind.ROUTE, "responds to OPTIONS from the contract, before the REST stack does"),
    AUTHENTICATION(
            Kind.REQUEST_FILTER,
            Priority.AUTHENTICATION,
            "identifies the caller, checks permissions and limits the token's requests"),
    CONTRACT(Kind.REQUEST_FILTER, Priority.CONTRACT, "checks the path, headers and query against the contract"),
    BODY_BUDGET(Kind.READER, Priority.BODY_BUDGET, "reserves memory before the body is read"),
    REAUTHORIZATION(Kind.READER, Priority.REAUTHORIZATION, "checks permissions again after a slow body was read"),
    TRANSACTION(
            Kind.INTERCEPTOR, Priority.TRANSACTION, "Quarkus's `@Transactional`, around the writes of all that follow"),
    AUDIT(Kind.INTERCEPTOR, Priority.AUDIT, "writes the event last, so that the lock of its chain is short"),
    IDEMPOTENCY(
            Kind.INTERCEPTOR, Priority.IDEMPOTENCY, "returns the first response; the audit log sees no second write"),
    NOT_FOUND(Kind.LAST_ROUTE, "responds to paths that nothing else serves");

    /** Where a stage runs. */
    public enum Kind {
        ROUTE("Vert.x route"),
        REQUEST_FILTER("REST request filter"),
        READER("REST reader interceptor"),
        INTERCEPTOR("CDI interceptor"),
        LAST_ROUTE("Vert.x route");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /** The priorities of the stages in the REST stack; annotations need constants. */
    public static final class Priority {
        public static final int AUTHENTICATION = Priorities.AUTHENTICATION;
        public static final int CONTRACT = Priorities.USER;
        public static final int BODY_BUDGET = Priorities.ENTITY_CODER;
        public static final int REAUTHORIZATION = Priorities.USER;
        public static final int AUDIT = Interceptor.Priority.APPLICATION - 100;
        public static final int IDEMPOTENCY = Interceptor.Priority.APPLICATION;

        private static final int TRANSACTION = Interceptor.Priority.PLATFORM_BEFORE + 200;

        private Priority() {}
    }

    // Quarkus's own routes begin at Integer.MIN_VALUE + 1 (body handlers, unused here) and at -2.
    private static final int FIRST_ROUTE = -100_000;
    private static final int STEP = 1_000;

    private final Kind kind;
    private final int order;
    private final String reason;

    Stage(Kind kind, String reason) {
        this.kind = kind;
        this.order = kind == Kind.LAST_ROUTE ? Integer.MAX_VALUE : FIRST_ROUTE + STEP * ordinal();
        this.reason = requireNonNull(reason, "reason is null");
    }

    Stage(Kind kind, int priority, String reason) {
        this.kind = kind;
        this.order = priority;
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** Adds a route for all paths at this stage. */
    public Route route(Router router) {
        return ordered(router.route());
    }

    /** Adds a route for a path at this stage; the path may end with {@code *}. */
    public Route route(Router router, String path) {
        return ordered(router.route(path));
    }

    private Route ordered(Route route) {
        if (kind != Kind.ROUTE && kind != Kind.LAST_ROUTE) {
            throw new IllegalStateException(this + " is no route");
        }
        return route.order(order).setName(name());
    }

    public Kind kind() {
        return kind;
    }

    /** The order of a route, or the priority of a filter or interceptor: lower runs earlier, within one kind. */
    public int order() {
        return order;
    }

    /** The stage as a row of the table in CONTRIBUTING.md. */
    String row() {
        return "| `%s` | %s | %s |".formatted(name(), kind.label, reason);
    }
}
