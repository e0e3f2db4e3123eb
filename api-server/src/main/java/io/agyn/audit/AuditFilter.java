package io.agyn.audit;

import io.agyn.api.model.AuditOutcome;
import io.agyn.contract.Violations;
import io.agyn.storage.Paging.Position;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A filter of events, as an SQL condition and its parameters. */
final class AuditFilter {
    private final StringBuilder condition;
    private final List<Object> parameters;

    /** @param organizationId the organization of the events, or null for events outside of organizations */
    AuditFilter(@Nullable UUID organizationId) {
        condition = new StringBuilder("chain = ?");
        parameters = new ArrayList<>();
        parameters.add(organizationId == null ? Event.NO_ORGANIZATION : organizationId);
    }

    private AuditFilter(AuditFilter other) {
        condition = new StringBuilder(other.condition);
        parameters = new ArrayList<>(other.parameters);
    }

    /**
     * Adds a time range; null leaves an end open.
     *
     * @throws io.agyn.problems.ProblemException {@code invalid_request} if {@code from} is not before {@code to}
     */
    AuditFilter within(@Nullable OffsetDateTime from, @Nullable OffsetDateTime to) {
        Violations violations = new Violations();
        if (from != null && to != null && !from.isBefore(to)) {
            violations.in("from", "from must be before to.");
        }
        violations.throwIfAny();
        return and("at >= ?", from).and("at < ?", to);
    }

    /** Adds conditions on the operation, outcome, user and resource; null adds none. */
    AuditFilter of(
            @Nullable String operation,
            @Nullable AuditOutcome outcome,
            @Nullable UUID userId,
            @Nullable UUID resourceId) {
        return and("operation = ?", operation)
                .and("outcome = ?", outcome == null ? null : outcome.toString())
                .and("user_id = ?", userId)
                .and("resource_id = ?", resourceId);
    }

    /** Returns a copy for the events after a position, newest first. */
    AuditFilter after(Position position) {
        AuditFilter rest = new AuditFilter(this)
                .and("(at, id) < (?, ?)", position.createdAt().atOffset(ZoneOffset.UTC));
        rest.parameters.add(position.id());
        return rest;
    }

    private AuditFilter and(String term, @Nullable Object parameter) {
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
