package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import io.agyn.postgres.DatabaseFailures;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.hibernate.exception.ConstraintViolationException;

/** Knows what exceptions are to callers. */
@Singleton
public final class Problems {
    private final RestApi api;
    private final RoutingContext context;

    Problems(RestApi api, RoutingContext context) {
        this.api = requireNonNull(api, "api is null");
        this.context = requireNonNull(context, "context is null");
    }

    /** The problem that an exception is to its caller. */
    public ProblemException of(Throwable thrown) {
        return causes(thrown)
                .map(this::known)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(
                        () -> new ProblemException(
                                ProblemKind.INTERNAL_ERROR,
                                "The server failed; its log says more under the request id. Try again, then ask its operator."));
    }

    private Optional<ProblemException> known(Throwable thrown) {
        return switch (thrown) {
            case ProblemException problem -> Optional.of(problem);
            case ConstraintViolationException fired -> ConstraintProblems.of(fired.getConstraintName());
            case WebApplicationException refused -> Optional.ofNullable(refused(refused));
            case SQLException failed
            when DatabaseFailures.isUnavailable(failed) ->
                Optional.of(unavailable("The server cannot reach its database for now; try again in a second."));
            case SQLException failed
            when isCrossed(failed) ->
                Optional.of(unavailable("Another change at the same moment stood in the way; try again in a second."));
            default -> Optional.empty();
        };
    }

    /** What the REST stack itself refuses. */
    private ProblemException refused(WebApplicationException refused) {
        return switch (refused.getResponse().getStatus()) {
            case 400 ->
                new ProblemException(ProblemKind.INVALID_REQUEST, "The request cannot be read; check how it is built.");
            case 404 ->
                new ProblemException(
                        ProblemKind.NOT_FOUND, "There is nothing at this path; the contract is at /openapi.");
            case 405 -> notAllowed();
            case 406 ->
                new ProblemException(
                        ProblemKind.NOT_ACCEPTABLE, "The answer is application/json; send that in Accept.");
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
                        ProblemKind.METHOD_NOT_ALLOWED,
                        "This path does not take this method; Allow says which it takes.")
                .withHeader(HttpHeaders.ALLOW, api.allow(context.normalizedPath()));
    }

    /** A deadlock, as of two things that take each other's name: one of them goes on, the other is to come again. */
    private static boolean isCrossed(SQLException failed) {
        return "40P01".equals(failed.getSQLState());
    }

    private static ProblemException unavailable(String detail) {
        return new ProblemException(ProblemKind.UNAVAILABLE, detail).withHeader(HttpHeaders.RETRY_AFTER, "1");
    }

    /** It, its causes, and theirs; a commit that failed has what stood in its way as suppressed. */
    static Stream<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(20)
                .flatMap(cause -> Stream.concat(
                        Stream.of(cause), Stream.of(cause.getSuppressed()).flatMap(Problems::causes)));
    }
}
