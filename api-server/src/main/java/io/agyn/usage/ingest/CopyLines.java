package io.agyn.usage.ingest;

import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.LineBuffer;
import io.agyn.usage.TimeText;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Formats records for PostgreSQL's COPY in text format: one line each, with tabs between the fields. The spool's
 * files can thus be loaded as they are. Not thread-safe.
 */
public final class CopyLines {
    /** The columns of the first format. */
    static final String COLUMNS_V1 =
            "started_at, id, request_id, organization_id, model_id, model, provider_id, provider,"
                    + " token_id, user_id, protocol, streamed, input_tokens, cached_input_tokens, cache_write_tokens,"
                    + " output_tokens, reasoning_tokens, time_to_first_byte_us, duration_us, status, outcome";

    /** The columns of the second format. */
    static final String COLUMNS_V2 = COLUMNS_V1
            + ", operation, cache_write_5m_tokens, cache_write_1h_tokens, web_search_requests, web_fetch_requests,"
            + " service_tier, usage_unknown_reason";

    /** The columns of a line. The loader takes the day from the first one. */
    public static final String COLUMNS = COLUMNS_V2 + ", thread_id";

    // Providers may report any number; this limit keeps sums within a long, and exact in JSON.
    private static final long MAX_TOKENS = 1_000_000_000_000L;

    private static final byte[] NULL = {'\\', 'N'};

    private final TimeText times = new TimeText();

    public void append(LineBuffer to, CallRecord record) {
        times.append(to, record.startedAt());
        id(to, record.id());
        text(to, record.requestId());
        id(to, record.organizationId());
        id(to, record.modelId());
        text(to, record.model());
        id(to, record.providerId());
        text(to, record.provider());
        id(to, record.tokenId());
        id(to, record.userId());
        text(to, record.protocol().toString());
        to.append('\t').append(record.streamed() ? 't' : 'f');
        CallUsage usage = record.usage();
        tokens(to, usage.inputTokens());
        tokens(to, usage.cachedInputTokens());
        tokens(to, usage.cacheWriteTokens());
        tokens(to, usage.outputTokens());
        tokens(to, usage.reasoningTokens());
        micros(to, record.timeToFirstByte());
        micros(to, record.duration());
        to.append('\t');
        if (record.status() == null) {
            to.append(NULL);
        } else {
            to.append(record.status());
        }
        text(to, record.outcome().code());
        text(to, record.operation().toString());
        tokens(to, usage.cacheWrite5mTokens());
        tokens(to, usage.cacheWrite1hTokens());
        tokens(to, usage.webSearchRequests());
        tokens(to, usage.webFetchRequests());
        text(to, usage.serviceTier());
        text(to, usage.unknownReason() == null ? null : usage.unknownReason().toString());
        text(to, record.threadId());
        to.append('\n');
    }

    private static void id(LineBuffer to, @Nullable UUID id) {
        to.append('\t');
        if (id == null) {
            to.append(NULL);
        } else {
            to.append(id);
        }
    }

    private static void tokens(LineBuffer to, @Nullable Long count) {
        to.append('\t');
        Long stored = stored(count);
        if (stored == null) {
            to.append(NULL);
        } else {
            to.append(stored);
        }
    }

    /** Returns the count to store; null for an impossible one. */
    static @Nullable Long stored(@Nullable Long count) {
        return count == null || count < 0 || count > MAX_TOKENS ? null : count;
    }

    private static void micros(LineBuffer to, @Nullable Duration duration) {
        to.append('\t');
        if (duration == null) {
            to.append(NULL);
        } else {
            to.append(duration.toNanos() / 1_000);
        }
    }

    private static void text(LineBuffer to, @Nullable String text) {
        to.append('\t');
        if (text == null) {
            to.append(NULL);
            return;
        }
        if (isPlain(text)) {
            to.append(text);
        } else {
            escaped(to, text);
        }
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '\\' || c >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static void escaped(LineBuffer to, String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> escaped.append("\\\\");
                case '\t' -> escaped.append("\\t");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                // PostgreSQL's text cannot contain NUL.
                case '\0' -> escaped.append('\uFFFD');
                default -> escaped.append(c);
            }
        }
        to.append(escaped.toString());
    }
}
