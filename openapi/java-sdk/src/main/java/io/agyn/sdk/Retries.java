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

/** When a call is tried again, and after how long. */
record Retries(int most) {
    /** A gateway that asks for more is not waited for: the caller knows better what to do with the time. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);

    /**
     * Decides on a failed call.
     *
     * @param failure why the call failed
     * @param safe whether the call may be sent again though it may have arrived: it only reads (RFC 9110, section 9.2.1), or
     *     has an Idempotency-Key
     * @param retries how often it was tried again already
     * @return how long to wait before the next try; empty if there is none
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

    /** Up to a quarter longer, never shorter: callers refused together do not come back together, nor too soon. */
    private static Duration jittered(Duration wait) {
        long spread = Math.max(wait.toMillis(), FIRST_WAIT.toMillis()) / 4;
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(spread + 1));
    }

    /** {@return what Retry-After asks for, in seconds or as a date (RFC 9110, section 10.2.3); empty if nothing} */
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
