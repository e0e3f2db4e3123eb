package io.agyn.limits.admission;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The counters of a test, with its clock. */
final class MemoryStore implements CounterStore {
    private final Clock clock;
    private final Map<UUID, Row> rows = new HashMap<>();
    boolean isDown;

    private record Row(Instant windowStart, double used, Instant updatedAt) {}

    MemoryStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Grant take(Request request) {
        if (isDown) {
            throw new IllegalStateException("down");
        }
        Instant now = clock.instant();
        Row row = rows.getOrDefault(request.subjectId(), new Row(request.windowStart(), 0, now));
        double before = row.windowStart().isBefore(request.windowStart()) ? 0 : row.used();
        double seconds = Duration.between(row.updatedAt(), now).toMillis() / 1000.0;
        double used = Math.max(0, Math.max(0, before - seconds * request.limit().perSecond()) + request.charge());
        long left = (long) Math.floor(request.limit().amount() - used);
        long granted = request.need() > left && request.limit().blocks()
                ? 0
                : Math.max(request.need(), Math.min(Math.max(0, left), request.want()));
        rows.put(request.subjectId(), new Row(request.windowStart(), used + granted, now));
        return new Grant(granted, used + granted, request.windowStart());
    }

    synchronized double used(UUID subjectId) {
        return rows.containsKey(subjectId) ? rows.get(subjectId).used() : 0;
    }
}
