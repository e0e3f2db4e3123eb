package io.agyn.usage;

import io.agyn.api.model.CallOutcome;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Which records are asked for, as a condition of SQL and its parameters. */
final class UsageFilter {
    private final StringBuilder condition = new StringBuilder("organization_id = ?");
    private final List<Object> parameters = new ArrayList<>();

    UsageFilter(UUID organizationId) {
        parameters.add(organizationId);
    }

    /**
     * Those that began within a time.
     *
     * @param from when it begins, or null
     * @param to before when it ends, or null
     */
    UsageFilter within(OffsetDateTime from, OffsetDateTime to) {
        return and("started_at >= ?", from).and("started_at < ?", to);
    }

    /** Those of a model, of an LLM provider and with an outcome, each unless it is null. */
    UsageFilter of(UUID modelId, UUID providerId, CallOutcome outcome) {
        return and("model_id = ?", modelId)
                .and("provider_id = ?", providerId)
                .and("outcome = ?", outcome == null ? null : outcome.toString());
    }

    /** Those of a user, unless it is null. */
    UsageFilter by(UUID userId) {
        return and("user_id = ?", userId);
    }

    /** Those that come behind a place, the newest first. */
    UsageFilter behind(OffsetDateTime startedAt, UUID id) {
        // The first for the planner, which leaves out days by it.
        and("started_at <= ?", startedAt);
        and("(started_at, id) < (?, ?)", startedAt);
        parameters.add(id);
        return this;
    }

    private UsageFilter and(String term, Object parameter) {
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
     * Sets the condition's parameters, from the first on.
     *
     * @return the number of the parameter behind them
     */
    int set(PreparedStatement query) throws SQLException {
        int next = 1;
        for (Object parameter : parameters) {
            query.setObject(next++, parameter);
        }
        return next;
    }
}
