package io.agyn.audit;

import io.agyn.api.model.AuditOutcome;
import io.agyn.contract.Violations;
import io.agyn.storage.SqlCondition;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Filters events. */
final class AuditFilter {
    private AuditFilter() {}

    /**
     * Returns the condition of the events that match all filters; null matches everything.
     *
     * @param organizationId the organization of the events, or null for events outside of organizations
     * @param from inclusive
     * @param to exclusive
     * @throws io.agyn.problems.ProblemException {@code invalid_request} if {@code from} is not before {@code to}
     */
    static SqlCondition of(
            @Nullable UUID organizationId,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String operation,
            @Nullable AuditOutcome outcome,
            @Nullable UUID userId,
            @Nullable UUID resourceId) {
        Violations violations = new Violations();
        if (from != null && to != null && !from.isBefore(to)) {
            violations.in("from", "from must be before to.");
        }
        violations.throwIfAny();
        return SqlCondition.of("chain = ?", organizationId == null ? Event.NO_ORGANIZATION : organizationId)
                .and("at >= ?", from)
                .and("at < ?", to)
                .and("operation = ?", operation)
                .and("outcome = ?", outcome == null ? null : outcome.toString())
                .and("user_id = ?", userId)
                .and("resource_id = ?", resourceId);
    }
}
