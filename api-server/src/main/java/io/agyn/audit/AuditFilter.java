package io.agyn.audit;

import io.agyn.api.model.AuditOutcome;
import io.agyn.contract.Violations;
import io.agyn.rest.Paging.Position;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Which events are asked for, as a condition of SQL and its parameters. */
final class AuditFilter {
    private final StringBuilder condition;
    private final List<Object> parameters;

    /** @param organizationId the organization whose events they are, or null for what belongs to none */
    AuditFilter(UUID organizationId) {
        condition = new StringBuilder("chain = ?");
        parameters = new ArrayList<>();
        parameters.add(organizationId == null ? Event.NO_ORGANIZATION : organizationId);
    }

    private AuditFilter(AuditFilter other) {
        condition = new StringBuilder(other.condition);
        parameters = new ArrayList<>(other.parameters);
    }

    /**
     * Those within a time, each end unless it is null.
     *
     * @throws io.agyn.problems.ProblemException {@code invalid_request} where it ends before it begins
     */
    AuditFilter within(OffsetDateTime from, OffsetDateTime to) {
        Violations violations = new Violations();
        if (from != null && to != null && !from.isBefore(to)) {
            violations.in("from", "Give a from that is before to.");
        }
        violations.throwIfAny();
        return and("at >= ?", from).and("at < ?", to);
    }

    /** Those of an operation, with an outcome, of a user and on a resource, each unless it is null. */
    AuditFilter of(String operation, AuditOutcome outcome, UUID userId, UUID resourceId) {
        return and("operation = ?", operation)
                .and("outcome = ?", outcome == null ? null : outcome.toString())
                .and("user_id = ?", userId)
                .and("resource_id = ?", resourceId);
    }

    /** Those that come behind a place, the newest first. */
    AuditFilter behind(Position position) {
        AuditFilter rest = new AuditFilter(this)
                .and("(at, id) < (?, ?)", position.createdAt().atOffset(ZoneOffset.UTC));
        rest.parameters.add(position.id());
        return rest;
    }

    private AuditFilter and(String term, Object parameter) {
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
