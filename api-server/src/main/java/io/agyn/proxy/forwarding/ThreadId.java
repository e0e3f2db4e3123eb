package io.agyn.proxy.forwarding;

import io.agyn.hash.Sha256;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads the id of the thread or session that a call belongs to from the headers of agents. */
final class ThreadId {
    // In descending priority: the explicit header, Claude Code's, and Codex'.
    private static final CharSequence[] NAMES = {
        HttpHeaders.createOptimized("x-agyn-thread-id"),
        HttpHeaders.createOptimized("x-claude-code-session-id"),
        HttpHeaders.createOptimized("session-id"),
        HttpHeaders.createOptimized("thread-id")
    };
    private static final int MAX_LENGTH = 128;

    private ThreadId() {}

    /** Returns the id, or its hash if it has more than 128 characters; null without one. */
    static @Nullable String of(MultiMap headers) {
        String value = sent(headers);
        return value == null || value.length() <= MAX_LENGTH ? value : hash(value);
    }

    /** Returns the id as the agent sent it; null without one. */
    static @Nullable String sent(MultiMap headers) {
        for (CharSequence name : NAMES) {
            String value = headers.get(name);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return null;
    }

    private static String hash(String value) {
        return "sha256:" + HexFormat.of().formatHex(Sha256.of(value));
    }
}
