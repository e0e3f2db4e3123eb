package io.agyn.limits;

import static java.util.Objects.requireNonNull;

import io.agyn.limits.admission.CallLimits;
import io.agyn.limits.admission.Window;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The current use of limits. */
@ApplicationScoped
class LimitStates {
    // The counter of the resource that used most. Buckets drain by their amount per window.
    private static final String USED = """
        select c.limit_id, max(greatest(0, c.used - l.amount * case l.time_window
                when 'minute' then extract(epoch from clock_timestamp() - c.updated_at)::float8 / 60
                when 'hour' then extract(epoch from clock_timestamp() - c.updated_at)::float8 / 3600
                else 0 end))
        from limit_counter c join call_limit l on l.id = c.limit_id
        where c.limit_id in (?1) and c.window_start >= case l.time_window
                when 'day' then cast(?2 as timestamptz)
                when 'week' then cast(?3 as timestamptz)
                when 'month' then cast(?4 as timestamptz)
                else 'epoch' end
        group by c.limit_id\
        """;

    private final EntityManager entities;
    private final CallLimits calls;

    LimitStates(EntityManager entities, CallLimits calls) {
        this.entities = requireNonNull(entities, "entities is null");
        this.calls = requireNonNull(calls, "calls is null");
    }

    /**
     * The state of a limit.
     *
     * @param used calls or tokens
     * @param resetsAt null if nothing was used of a bucket, and for concurrent calls
     */
    record State(long used, @Nullable Instant resetsAt) {}

    /** Returns the states of limits of one organization, by their ids. */
    Map<UUID, State> of(UUID organizationId, Collection<LimitEntity> limits) {
        Map<UUID, State> states = new HashMap<>();
        if (limits.isEmpty()) {
            return states;
        }
        Instant now = Instant.now();
        ZoneId zone = zone(organizationId);
        Map<UUID, Double> used = used(limits, now, zone);
        for (LimitEntity limit : limits) {
            states.put(limit.id, state(limit, used.getOrDefault(limit.id, 0.0), now, zone));
        }
        return states;
    }

    private State state(LimitEntity limit, double used, Instant now, ZoneId zone) {
        if (limit.window == null) {
            return new State(calls.inFlight(limit.id), null);
        }
        Window window = Window.of(limit.window.toString());
        long whole = (long) Math.ceil(used);
        if (!window.isBucket()) {
            return new State(whole, window.end(now, zone));
        }
        if (whole == 0 || limit.amount == 0) {
            return new State(whole, null);
        }
        return new State(whole, now.plusMillis((long)
                (1000 * used / limit.amount * window.length().toSeconds())));
    }

    private Map<UUID, Double> used(Collection<LimitEntity> limits, Instant now, ZoneId zone) {
        @SuppressWarnings("unchecked")
        List<Object[]> rows = entities.createNativeQuery(USED)
                .setParameter(1, limits.stream().map(limit -> limit.id).toList())
                .setParameter(2, Window.DAY.start(now, zone).toString())
                .setParameter(3, Window.WEEK.start(now, zone).toString())
                .setParameter(4, Window.MONTH.start(now, zone).toString())
                .getResultList();
        Map<UUID, Double> used = new HashMap<>();
        rows.forEach(row -> used.put((UUID) row[0], ((Number) row[1]).doubleValue()));
        return used;
    }

    private ZoneId zone(UUID organizationId) {
        List<?> names = entities.createNativeQuery("select time_zone from organization where id = ?1", String.class)
                .setParameter(1, organizationId)
                .getResultList();
        return names.isEmpty() ? ZoneOffset.UTC : Window.zone((String) names.getFirst());
    }
}
