package io.agyn.usage.query;

import io.agyn.api.model.CallOutcome;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A filter of records, as an SQL condition and its parameters. */
final class UsageFilter {
    private final StringBuilder condition = new StringBuilder("organization_id = ?");
    private final List<Object> parameters = new ArrayList<>();

    UsageFilter(UUID organizationId) {
        parameters.add(organizationId);
    }

    /**
     * Adds a range of start times.
     *
     * @param from the inclusive start
     * @param to the exclusive end
     */
    UsageFilter within(@Nullable OffsetDateTime from, @Nullable OffsetDateTime to) {
        return and("started_at >= ?", from).and("started_at < ?", to);
    }

    /** Adds conditions on the model, LLM provider and outcome; null adds none. */
    UsageFilter of(@Nullable UUID modelId, @Nullable UUID providerId, @Nullable CallOutcome outcome) {
        return and("model_id = ?", modelId)
                .and("provider_id = ?", providerId)
                .and("outcome = ?", outcome == null ? null : outcome.toString());
    }

    /** Adds a condition on the user, unless it is null. */
    UsageFilter by(@Nullable UUID userId) {
        return and("user_id = ?", userId);
    }

    /** Restricts to the records after a position, newest first. */
    UsageFilter after(OffsetDateTime startedAt, UUID id) {
        // The first condition lets the planner exclude partitions.
        and("started_at <= ?", startedAt);
        and("(started_at, id) < (?, ?)", startedAt);
        parameters.add(id);
        return this;
    }

    private UsageFilter and(String term, @Nullable Object parameter) {
        if (parameter != null) {
            condition.append(" and ").append(term);
            parameters.add(parameter);
        }
        return this;
    }

    String condition() {
        return condition.toString();
    }

    /**
     * Sets the condition's parameters, starting with the first.
     *
     * @return the number of the next parameter
     */
    int set(PreparedStatement query) throws SQLException {
        int next = 1;
        for (Object parameter : parameters) {
            query.setObject(next++, parameter);
        }
        return next;
    }
}
