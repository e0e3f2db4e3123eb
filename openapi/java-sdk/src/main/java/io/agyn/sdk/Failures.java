package io.agyn.sdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.sdk.client.ApiClient;
import io.agyn.sdk.client.ApiException;
import io.agyn.sdk.model.Problem;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts exceptions of the generated client into the SDK's. Nothing else does. */
final class Failures {
    private static final ObjectMapper JSON = ApiClient.createDefaultObjectMapper();

    private Failures() {}

    static AgynException of(ApiException failure, URI gateway) {
        return failure.getResponseHeaders() == null ? withoutResponse(failure, gateway) : problem(failure, gateway);
    }

    static ConnectionException interrupted(URI gateway, InterruptedException cause) {
        return new ConnectionException("Interrupted while waiting for " + gateway, cause);
    }

    // The generated exception is not a cause: its package is not public.
    private static AgynException withoutResponse(ApiException failure, URI gateway) {
        return switch (failure.getCause()) {
            case InterruptedException interrupt -> interrupted(gateway, interrupt);
            case JsonProcessingException unreadable ->
                new AgynException(
                        "The response of " + gateway + " is not Agyn's; is this the base URL of an Agyn server?");
            case ConnectException refused -> new ConnectionException("Cannot connect to " + gateway, refused);
            case HttpTimeoutException timeout ->
                new ConnectionException(gateway + " is too slow: " + timeout.getMessage(), timeout);
            case null -> new AgynException(failure.getMessage());
            case Throwable broken -> new ConnectionException("The connection to " + gateway + " broke", broken);
        };
    }

    private static ProblemException problem(ApiException failure, URI gateway) {
        ProblemException.Response response = response(failure, gateway);
        return switch (response.status()) {
            case 400, 413, 415, 422 -> new InvalidRequestException(response);
            case 401 -> new UnauthenticatedException(response);
            case 403 -> new ForbiddenException(response);
            case 404 -> new NotFoundException(response);
            case 409 -> new ConflictException(response);
            case 412 ->
                new PreconditionFailedException(
                        response, header(failure, "ETag").orElse(null));
            case 429 -> new RateLimitedException(response, retryAfter(failure));
            case 503 -> new UnavailableException(response, retryAfter(failure));
            default -> new ProblemException(response);
        };
    }

    private static ProblemException.Response response(ApiException failure, URI gateway) {
        String requestId = header(failure, "X-Request-Id").orElse(null);
        return readProblem(failure)
                .map(problem -> new ProblemException.Response(
                        failure.getCode(),
                        problem.getCode(),
                        problem.getDetail(),
                        Optional.ofNullable(problem.getRequestId()).orElse(requestId),
                        Optional.ofNullable(problem.getErrors()).orElse(List.of())))
                // The message omits the body: another server's response may echo the request, token included.
                .orElseGet(() -> new ProblemException.Response(
                        failure.getCode(),
                        "unknown",
                        "The response of " + gateway + " is not Agyn's; is this the base URL of an Agyn server?",
                        requestId,
                        List.of()));
    }

    private static Optional<Problem> readProblem(ApiException failure) {
        boolean isProblem = header(failure, "Content-Type")
                .filter(type -> type.startsWith("application/problem+json"))
                .isPresent();
        if (!isProblem || failure.getResponseBody() == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(JSON.readValue(failure.getResponseBody(), Problem.class))
                    .filter(problem -> problem.getCode() != null && problem.getDetail() != null);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static @Nullable Duration retryAfter(ApiException failure) {
        return Retries.retryAfter(failure).orElse(null);
    }

    private static Optional<String> header(ApiException failure, String name) {
        return failure.getResponseHeaders().firstValue(name);
    }
}
