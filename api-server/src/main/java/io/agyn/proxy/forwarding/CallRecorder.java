package io.agyn.proxy.forwarding;

import io.agyn.access.Identity;
import io.agyn.ids.Uuid7;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.stored.PendingRecord;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Measures a call from its creation on, and writes its usage record. */
final class CallRecorder {
    private final Operation operation;
    private final Exchange exchange;
    private final UUID id = Uuid7.next();
    private final String requestId;
    private final Instant startedAt = Instant.now();
    private final long started = System.nanoTime();
    // -1 until it has arrived.
    private long firstByte = -1;

    CallRecorder(Operation operation, Exchange exchange) {
        this.operation = operation;
        this.exchange = exchange;
        this.requestId = ProxyResponses.requestId(exchange.headers(), id);
    }

    /** The key of the record. */
    PendingRecord pending() {
        return new PendingRecord(startedAt, id);
    }

    String requestId() {
        return requestId;
    }

    /** The start in the time of {@link System#nanoTime}. */
    long started() {
        return started;
    }

    /** Measures another attempt of the call. */
    void onRetry() {
        firstByte = -1;
    }

    void onResponseBytes() {
        if (firstByte < 0) {
            firstByte = System.nanoTime();
        }
    }

    /**
     * Returns the record of a call that has ended.
     *
     * @param caller null if not authenticated
     * @param model null if not resolved
     * @param attempt null if no provider was called
     * @param usage the usage to record
     */
    CallRecord record(
            @Nullable Identity caller,
            @Nullable CalledModel model,
            @Nullable Attempt attempt,
            CallUsage usage,
            Outcome outcome) {
        Target target = model == null ? null : model.target();
        boolean hasStatus = outcome != Outcome.CLIENT_CANCELLED || exchange.isHeadWritten();
        return new CallRecord(
                id,
                startedAt,
                requestId,
                organizationId(caller, model),
                model == null ? null : model.id(),
                model == null ? null : model.name(),
                target == null ? null : target.providerId(),
                target == null ? null : target.providerName(),
                caller == null ? null : caller.credential().tokenId().orElse(null),
                caller == null ? null : caller.userId(),
                operation.protocol(),
                operation.recorded(),
                attempt != null && attempt.isStream(),
                usage,
                firstByte < 0 ? null : Duration.ofNanos(firstByte - started),
                Duration.ofNanos(System.nanoTime() - started),
                hasStatus ? exchange.status() : null,
                outcome,
                ThreadId.of(exchange.headers()));
    }

    private static @Nullable UUID organizationId(@Nullable Identity caller, @Nullable CalledModel model) {
        if (model != null) {
            return model.organizationId();
        }
        if (caller == null) {
            return null;
        }
        // A bound token reaches one organization too.
        Set<UUID> reached = caller.scope().organizations().orElse(Set.of());
        return reached.size() == 1 ? reached.iterator().next() : null;
    }
}
