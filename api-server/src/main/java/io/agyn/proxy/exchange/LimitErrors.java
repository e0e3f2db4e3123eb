package io.agyn.proxy.exchange;

import io.agyn.headers.RateLimitFields;
import io.agyn.limits.admission.Limit;
import io.agyn.limits.admission.Rejection;
import io.agyn.limits.admission.Window;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The errors of calls above a limit, with the headers {@code RateLimit} and {@code RateLimit-Policy}
 * (draft-ietf-httpapi-ratelimit-headers-10).
 */
public final class LimitErrors {
    private static final ProxyError UNAVAILABLE = ProxyError.of(
            Kind.UNAVAILABLE, "The limits of the organization cannot be checked now; send the call again.");
    private static final long CONCURRENT_RETRY_SECONDS = 2;

    private LimitErrors() {}

    /** Returns the error for a call that was not admitted. */
    public static ProxyError of(Rejection rejection) {
        return of(rejection, Instant.now());
    }

    static ProxyError of(Rejection rejection, Instant now) {
        Limit limit = rejection.limit();
        if (limit == null) {
            return UNAVAILABLE;
        }
        Window window = limit.window();
        boolean isBudget = window != null && !window.isBucket();
        boolean isNever = window != null && rejection.need() > limit.amount();
        long seconds = seconds(rejection.resetsAt(), now, window);
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        if (!isNever) {
            headers.add(Map.entry("retry-after", Long.toString(seconds)));
        }
        if (isBudget || isNever) {
            headers.add(Map.entry("x-should-retry", "false"));
        }
        String name = name(limit);
        headers.add(Map.entry(
                "ratelimit-policy",
                RateLimitFields.policy(name, limit.amount(), window == null ? null : window.length())));
        headers.add(Map.entry("ratelimit", RateLimitFields.exhausted(name, isNever ? null : seconds)));
        return ProxyError.of(
                        isBudget ? Kind.BUDGET_REACHED : Kind.CALL_LIMIT_REACHED, message(rejection, limit, seconds))
                .with(headers);
    }

    private static String message(Rejection rejection, Limit limit, long seconds) {
        Window window = limit.window();
        String measure = limit.measure().toString().replace('_', ' ');
        String what = "The limit \"%s\" of %d %s%s for this %s"
                .formatted(
                        limit.name(),
                        limit.amount(),
                        measure,
                        window == null ? "" : " per " + window.text(),
                        limit.subjectType().toString().replace('_', ' '));
        if (window == null) {
            return what + " is reached; send the call again when another one has ended.";
        }
        if (rejection.need() > limit.amount()) {
            return what + " is less than this call needs (about " + rejection.need()
                    + "); send a smaller one, or ask an owner of the organization to raise the limit.";
        }
        return window.isBucket()
                ? what + " is reached; send the call again in " + seconds + " s."
                : what + " is reached; it resets at "
                        + (rejection.resetsAt() == null ? "the end of the " + window.text() : rejection.resetsAt())
                        + ".";
    }

    private static long seconds(@Nullable Instant resetsAt, Instant now, @Nullable Window window) {
        if (resetsAt == null) {
            return window == null ? CONCURRENT_RETRY_SECONDS : window.length().toSeconds();
        }
        Duration left = Duration.between(now, resetsAt);
        return Math.max(1, left.plusMillis(999).toSeconds());
    }

    /** The limit's name; its id if the name is not ASCII, which header fields require. */
    private static String name(Limit limit) {
        boolean isAscii = limit.name().chars().allMatch(c -> c >= 0x20 && c < 0x7F);
        return isAscii ? limit.name() : limit.id().toString();
    }
}
