package io.agyn.sdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.agyn.sdk.client.ApiException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Decides whether and when a call is retried. */
record Retries(int most) {
    /** For a longer Retry-After the call fails at once, so that the caller can decide. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);

    /**
     * Decides on a failed call.
     *
     * @param failure why the call failed
     * @param safe whether the call may be repeated even if it arrived: it only reads (RFC 9110, section 9.2.1), or
     *     has an Idempotency-Key
     * @param retries the number of previous retries
     * @return how long to wait before the next attempt; empty if the call fails
     */
    Optional<Duration> waitBefore(ApiException failure, boolean safe, int retries) {
        if (retries >= most) {
            return Optional.empty();
        }
        int status = failure.getCode();
        if (status == 429 || status == 503) {
            Duration wait = retryAfter(failure).orElse(backOff(retries));
            return wait.compareTo(LONGEST_WAIT) > 0 ? Optional.empty() : Optional.of(jittered(wait));
        }
        return lostConnection(failure, safe) ? Optional.of(jittered(backOff(retries))) : Optional.empty();
    }

    private static boolean lostConnection(ApiException failure, boolean safe) {
        return switch (failure.getCause()) {
            case null -> false;
            // Nothing was sent either.
            case HttpConnectTimeoutException unreached -> true;
            case HttpTimeoutException timeout -> false;
            case JsonProcessingException unreadable -> false;
            // Nothing was sent, so that even a create may be sent again.
            case ConnectException refused -> true;
            case IOException broken -> safe;
            default -> false;
        };
    }

    private static Duration backOff(int retries) {
        Duration wait = FIRST_WAIT.multipliedBy(1L << retries);
        return wait.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : wait;
    }

    /** Adds up to a quarter, so that callers rejected at once do not return at once; never less than the given time. */
    private static Duration jittered(Duration wait) {
        long spread = Math.max(wait.toMillis(), FIRST_WAIT.toMillis()) / 4;
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(spread + 1));
    }

    /** {@return the Retry-After in seconds or as a date (RFC 9110, section 10.2.3); empty if missing or invalid} */
    static Optional<Duration> retryAfter(ApiException failure) {
        if (failure.getResponseHeaders() == null) {
            return Optional.empty();
        }
        return failure.getResponseHeaders().firstValue("Retry-After").flatMap(Retries::parsed);
    }

    private static Optional<Duration> parsed(String retryAfter) {
        String value = retryAfter.strip();
        try {
            if (value.matches("[0-9]{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
            }
            Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), then);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
