package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.postgres.DatabaseFailures;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.arc.All;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** Maps exceptions to problems. */
@Singleton
public final class Problems {
    private final Map<String, ConstraintProblem> constraints;
    private final RestApi api;
    private final RoutingContext context;

    Problems(@All List<ConstraintProblems> constraints, RestApi api, RoutingContext context) {
        this.constraints = constraints.stream()
                .flatMap(feature -> feature.constraintProblems().entrySet().stream())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
        this.api = requireNonNull(api, "api is null");
        this.context = requireNonNull(context, "context is null");
    }

    public ProblemException of(Throwable thrown) {
        return causes(thrown)
                .map(this::problem)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(() -> new ProblemException(
                        ProblemKind.INTERNAL_ERROR,
                        "Internal error. Try again; if it persists, the operator finds the cause in the server log under"
                                + " the request id."));
    }

    private Optional<ProblemException> problem(Throwable thrown) {
        return switch (thrown) {
            case ProblemException problem -> Optional.of(problem);
            case ConstraintViolationException fired ->
                Optional.ofNullable(fired.getConstraintName())
                        .map(constraints::get)
                        .map(ConstraintProblem::exception);
            case WebApplicationException rejected -> Optional.ofNullable(rejected(rejected));
            case SQLException failed
            when DatabaseFailures.isUnavailable(failed) ->
                Optional.of(unavailable("The database is unavailable; try again in a second."));
            case SQLException failed
            when isDeadlock(failed) ->
                Optional.of(unavailable("A concurrent change got in the way; try again in a second."));
            default -> Optional.empty();
        };
    }

    /** Maps the REST stack's own exceptions. */
    private @Nullable ProblemException rejected(WebApplicationException rejected) {
        return switch (rejected.getResponse().getStatus()) {
            case 400 -> new ProblemException(ProblemKind.INVALID_REQUEST, "The request is malformed.");
            case 404 -> new ProblemException(ProblemKind.NOT_FOUND, "Unknown path; the contract is at /openapi.");
            case 405 -> notAllowed();
            case 406 ->
                new ProblemException(
                        ProblemKind.NOT_ACCEPTABLE, "The response is application/json; allow it in Accept.");
            case 413 ->
                new ProblemException(ProblemKind.CONTENT_TOO_LARGE, "The body is over 1 MiB; send a smaller one.");
            case 415 ->
                new ProblemException(
                        ProblemKind.UNSUPPORTED_MEDIA_TYPE, "Send JSON, with Content-Type: application/json.");
            default -> null;
        };
    }

    private ProblemException notAllowed() {
        return new ProblemException(
                        ProblemKind.METHOD_NOT_ALLOWED, "This path does not support this method; see the Allow header.")
                .withHeader(HttpHeaders.ALLOW, api.allow(context.normalizedPath()));
    }

    /**
     * Whether a deadlock has occurred, for example when two requests swap names: one of them succeeds, the other must
     * be retried.
     */
    private static boolean isDeadlock(SQLException failed) {
        return "40P01".equals(failed.getSQLState());
    }

    private static ProblemException unavailable(String detail) {
        return new ProblemException(ProblemKind.UNAVAILABLE, detail).withHeader(HttpHeaders.RETRY_AFTER, "1");
    }

    /** The exception, its causes and suppressed exceptions (a failed commit suppresses the reason). */
    static Stream<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(20)
                .flatMap(cause -> Stream.concat(
                        Stream.of(cause), Stream.of(cause.getSuppressed()).flatMap(Problems::causes)));
    }
}
