package io.agyn.proxy.routing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a call goes to another target of its model. */
public enum FallbackReason {
    /** No connection to the LLM provider, including TLS. */
    CONNECTION,
    /** The connection was closed before the response. */
    RESET,
    /** 429. */
    RATE_LIMITED,
    /** 500, 502, 503 or 504. */
    SERVER_ERROR,
    /** 529. */
    OVERLOADED,
    /** A stream started with an error. */
    STREAM_ERROR,
    /** The LLM provider did not respond in time; it may still work on the call. */
    TIMEOUT;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** Returns the reason for the status of a response; null if it is the caller's. */
    public static @Nullable FallbackReason ofStatus(int status) {
        return switch (status) {
            case 429 -> RATE_LIMITED;
            case 500, 502, 503, 504 -> SERVER_ERROR;
            case 529 -> OVERLOADED;
            default -> null;
        };
    }

    /** The label in metrics. */
    public String code() {
        return code;
    }
}
