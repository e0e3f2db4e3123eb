package io.agyn.usage.accesslog;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.settings.Settings;
import io.agyn.settings.Settings.Log.Format;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.LineBuffer;
import io.agyn.usage.TimeText;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.PrintStream;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes an access line for each call to standard output: text of the form {@code key=value}, or a JSON object. A
 * separate thread writes the lines, so that a blocked standard output delays nothing; when the queue is full, lines
 * are dropped and counted. Not thread-safe.
 */
@Singleton
public final class AccessLog {
    private static final Logger LOG = Logger.getLogger(AccessLog.class);

    private static final int MAX_QUEUED = 128;
    private static final byte[] END = {};

    private final PrintStream out;
    private final boolean on;
    private final Format format;
    private final TimeText times = new TimeText();
    private final LineBuffer lines = new LineBuffer();
    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final Thread thread = BackgroundThread.unstarted("access-log", this::run);
    private int added;
    private long dropped;

    @Inject
    public AccessLog(Settings settings) {
        this(System.out, settings.accessLog(), settings.log().format());
    }

    /**
     * @param out the output
     * @param on false for no lines
     * @param format the format of the lines
     */
    public AccessLog(PrintStream out, boolean on, Format format) {
        this.out = requireNonNull(out, "out is null");
        this.on = on;
        this.format = requireNonNull(format, "format is null");
    }

    public void start() {
        if (on) {
            thread.start();
        }
    }

    /**
     * Stops after all lines are written.
     *
     * @param timeout how long to wait for that
     */
    public void stop(Duration timeout) throws InterruptedException {
        flush();
        if (on && queue.offer(END, timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            thread.join(timeout);
        }
        reportDropped();
    }

    /** Adds a call's line to the batch for {@link #flush}. */
    public void add(CallRecord call) {
        if (on) {
            int begin = lines.length();
            try {
                switch (format) {
                    case TEXT -> text(call);
                    case JSON -> json(call);
                }
                lines.append('\n');
                added++;
            } catch (RuntimeException e) {
                lines.truncate(begin);
                throw e;
            }
        }
    }

    /** Queues the batch, which is written at once, so that lines are not interleaved. */
    public void flush() {
        if (added > 0) {
            if (!queue.offer(lines.toBytes())) {
                dropped += added;
            } else {
                reportDropped();
            }
            lines.truncate(0);
            added = 0;
        }
    }

    private void reportDropped() {
        if (dropped > 0) {
            LOG.errorf("Access log lines were dropped (calls: %d) because standard output was blocked", dropped);
            dropped = 0;
        }
    }

    private void run() {
        try {
            for (byte[] next = queue.take(); next != END; next = queue.take()) {
                out.write(next, 0, next.length);
                out.flush();
            }
        } catch (InterruptedException e) {
            // Never happens.
            Thread.currentThread().interrupt();
        }
    }

    private void text(CallRecord call) {
        times.append(lines, call.startedAt());
        lines.append(" call request_id=");
        quoted(call.requestId());
        lines.append(" organization=");
        bare(call.organizationId());
        lines.append(" model=");
        quoted(call.model());
        lines.append(" provider=");
        quoted(call.provider());
        lines.append(" operation=").append(call.operation().toString()).append(" status=");
        bare(call.status());
        lines.append(" outcome=").append(call.outcome().code()).append(" duration_ms=");
        millis(call.duration(), "-");
        lines.append(" time_to_first_byte_ms=");
        millis(call.timeToFirstByte(), "-");
        CallUsage usage = call.usage();
        lines.append(" input_tokens=");
        bare(usage.inputTokens());
        lines.append(" cached_input_tokens=");
        bare(usage.cachedInputTokens());
        lines.append(" cache_write_tokens=");
        bare(usage.cacheWriteTokens());
        lines.append(" output_tokens=");
        bare(usage.outputTokens());
        lines.append(" reasoning_tokens=");
        bare(usage.reasoningTokens());
        if (usage.unknownReason() != null) {
            lines.append(" usage_unknown_reason=").append(usage.unknownReason().toString());
        }
    }

    private void bare(@Nullable Object value) {
        switch (value) {
            case null -> lines.append('-');
            case UUID id -> lines.append(id);
            case Number number -> lines.append(number.longValue());
            default -> lines.append(value.toString());
        }
    }

    private void quoted(@Nullable String value) {
        if (value == null) {
            lines.append('-');
        } else {
            string(value);
        }
    }

    private void json(CallRecord call) {
        lines.append("{\"timestamp\":\"");
        times.append(lines, call.startedAt());
        lines.append("\",\"event\":\"call\"");
        member("request_id", call.requestId());
        member("organization_id", call.organizationId());
        member("model", call.model());
        member("provider", call.provider());
        member("operation", call.operation().toString());
        member("status", call.status());
        member("outcome", call.outcome().code());
        member("duration_ms", call.duration());
        member("time_to_first_byte_ms", call.timeToFirstByte());
        CallUsage usage = call.usage();
        member("input_tokens", usage.inputTokens());
        member("cached_input_tokens", usage.cachedInputTokens());
        member("cache_write_tokens", usage.cacheWriteTokens());
        member("output_tokens", usage.outputTokens());
        member("reasoning_tokens", usage.reasoningTokens());
        member(
                "usage_unknown_reason",
                usage.unknownReason() == null ? null : usage.unknownReason().toString());
        lines.append('}');
    }

    private void member(String name, @Nullable Object value) {
        lines.append(",\"").append(name).append("\":");
        switch (value) {
            case null -> lines.append("null");
            case String text -> string(text);
            case UUID id -> lines.append('"').append(id).append('"');
            case Number number -> lines.append(number.longValue());
            case Duration duration -> millis(duration, "null");
            default -> lines.append(value.toString());
        }
    }

    /** Milliseconds with microsecond precision. */
    private void millis(@Nullable Duration duration, String absent) {
        if (duration == null) {
            lines.append(absent);
            return;
        }
        long micros = duration.toNanos() / 1_000;
        lines.append(micros / 1_000).append('.').appendDigits(micros % 1_000, 3);
    }

    /** Appends a JSON string. Characters that break or restyle a line are escaped, so that no name can forge a line. */
    private void string(String text) {
        lines.append('"').append(isPlain(text) ? text : escaped(text)).append('"');
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7F || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (breaksLines(c)) {
                escaped.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    escaped.append(Character.forDigit(c >> shift & 0xF, 16));
                }
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean breaksLines(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
