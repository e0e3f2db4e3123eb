package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.model.AuditOutcome;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * A filter of audit events. It is immutable; each method returns a narrower one.
 *
 * <pre>{@code
 * AuditSelection.all().from(yesterday).operation("revealSecret")
 * }</pre>
 */
public final class AuditSelection {
    private static final AuditSelection ALL = new AuditSelection(null, null, null, null, null, null);

    private final OffsetDateTime from;
    private final OffsetDateTime to;
    private final String operation;
    private final AuditOutcome outcome;
    private final UUID userId;
    private final UUID resourceId;

    private AuditSelection(
            OffsetDateTime from,
            OffsetDateTime to,
            String operation,
            AuditOutcome outcome,
            UUID userId,
            UUID resourceId) {
        this.from = from;
        this.to = to;
        this.operation = operation;
        this.outcome = outcome;
        this.userId = userId;
        this.resourceId = resourceId;
    }

    /**
     * Selects all events.
     *
     * @return a selection without filters
     */
    public static AuditSelection all() {
        return ALL;
    }

    /**
     * Selects events at a time or later.
     *
     * @param time the start, inclusive
     * @return the narrower selection
     */
    public AuditSelection from(OffsetDateTime time) {
        return new AuditSelection(requireNonNull(time, "time is null"), to, operation, outcome, userId, resourceId);
    }

    /**
     * Selects events before a time.
     *
     * @param time the end, exclusive
     * @return the narrower selection
     */
    public AuditSelection to(OffsetDateTime time) {
        return new AuditSelection(from, requireNonNull(time, "time is null"), operation, outcome, userId, resourceId);
    }

    /**
     * Selects events of an operation.
     *
     * @param id the operation's id in the contract, such as {@code updateSecret}, or a command of the server
     * @return the narrower selection
     */
    public AuditSelection operation(String id) {
        return new AuditSelection(from, to, requireNonNull(id, "id is null"), outcome, userId, resourceId);
    }

    /**
     * Selects events with an outcome.
     *
     * @param outcome done or denied
     * @return the narrower selection
     */
    public AuditSelection outcome(AuditOutcome outcome) {
        return new AuditSelection(from, to, operation, requireNonNull(outcome, "outcome is null"), userId, resourceId);
    }

    /**
     * Selects events caused by a user.
     *
     * @param id the user's id, who may be deleted
     * @return the narrower selection
     */
    public AuditSelection user(UUID id) {
        return new AuditSelection(from, to, operation, outcome, requireNonNull(id, "id is null"), resourceId);
    }

    /**
     * Selects events on a resource.
     *
     * @param id the id of the resource, which may be deleted
     * @return the narrower selection
     */
    public AuditSelection resource(UUID id) {
        return new AuditSelection(from, to, operation, outcome, userId, requireNonNull(id, "id is null"));
    }

    OffsetDateTime from() {
        return from;
    }

    OffsetDateTime to() {
        return to;
    }

    String operation() {
        return operation;
    }

    AuditOutcome outcome() {
        return outcome;
    }

    UUID userId() {
        return userId;
    }

    UUID resourceId() {
        return resourceId;
    }
}
