package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Creates the errors for invalid API tokens. */
@Singleton
public final class FailedTokens {
    // As in the JSON of an API token, so that the times can be compared: Instant.toString() keeps some trailing zeros.
    private static final DateTimeFormatter EXPIRY = DateTimeFormatter.ISO_OFFSET_DATE_TIME.withZone(ZoneOffset.UTC);

    private final Throttle throttle;
    private final SourceAddress addresses;
    private final HttpServerRequest http;

    FailedTokens(Throttle throttle, SourceAddress addresses, HttpServerRequest http) {
        this.throttle = requireNonNull(throttle, "throttle is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.http = requireNonNull(http, "http is null");
    }

    /**
     * Returns why a token is invalid. Only stored tokens are reported as expired: a guessed one is unknown.
     *
     * @param expired the identity of the token, if it has expired
     * @return a sentence
     */
    public static String reason(Optional<Identity> expired) {
        return expired.map(Identity::credential)
                .flatMap(credential -> credential.expiresAt().map(at -> "The %s expired at %s."
                        .formatted(
                                credential.kind() == Credential.Kind.ACCESS_TOKEN ? "access token" : "API token",
                                EXPIRY.format(at))))
                .orElse("The API token is mistyped, unknown or revoked, or its user is suspended.");
    }

    /**
     * Counts a failed token.
     *
     * @param token the token as sent
     * @param error the error for it
     * @return the error, or one for too many failed tokens
     */
    public ProblemException count(String token, ProblemException error) {
        if (!throttle.isThrottled(addresses.of(http), token)) {
            return error;
        }
        return new ProblemException(
                        ProblemKind.TOO_MANY_REQUESTS,
                        "Too many failed API tokens from this address or with this prefix; wait" + " a minute.")
                .withHeader(HttpHeaders.RETRY_AFTER, Long.toString(Throttle.WINDOW.toSeconds()));
    }
}
