package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/** Says how a request is refused whose API token does not work. */
@Singleton
public final class FailedTokens {
    private final Throttle throttle;
    private final SourceAddress addresses;
    private final HttpServerRequest http;

    FailedTokens(Throttle throttle, SourceAddress addresses, HttpServerRequest http) {
        this.throttle = requireNonNull(throttle, "throttle is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.http = requireNonNull(http, "http is null");
    }

    /**
     * Says why a token does not work. That it has expired is said only of one that is stored: a guessed one is unknown.
     *
     * @param expired the identity that the token had, if it has expired
     * @return a sentence
     */
    public static String reason(Optional<Identity> expired) {
        return expired.flatMap(Identity::expiresAt)
                .map(at -> "The API token expired at " + at + ".")
                .orElse("The API token is mistyped, unknown or revoked, or its user is suspended.");
    }

    /**
     * Counts a token that does not work.
     *
     * @param token what was sent
     * @param refusal what is wrong with it
     * @return the refusal, or that there were too many
     */
    public ProblemException count(String token, ProblemException refusal) {
        if (!throttle.isTooMuch(addresses.of(http), token)) {
            return refusal;
        }
        return new ProblemException(
                        ProblemKind.TOO_MANY_REQUESTS,
                        "Too many API tokens that do not work came from here, or began like this one; wait"
                                + " a minute.")
                .withHeader(HttpHeaders.RETRY_AFTER, Long.toString(Throttle.WINDOW.toSeconds()));
    }
}
