package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.model.AuditOutcome;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A filter for audit events. A selection is immutable; each method returns a narrower one.
 *
 * <pre>{@code
 * AuditSelection.all().from(yesterday).operation("revealSecret")
 * }</pre>
 */
public final class AuditSelection {
    private static final AuditSelection ALL = new AuditSelection(null, null, null, null, null, null);

    private final @Nullable OffsetDateTime from;
    private final @Nullable OffsetDateTime to;
    private final @Nullable String operation;
    private final @Nullable AuditOutcome outcome;
    private final @Nullable UUID userId;
    private final @Nullable UUID resourceId;

    private AuditSelection(
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String operation,
            @Nullable AuditOutcome outcome,
            @Nullable UUID userId,
            @Nullable UUID resourceId) {
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
     * @return a selection to narrow down
     */
    public static AuditSelection all() {
        return ALL;
    }

    /**
     * Selects events at a time or later.
     *
     * @param time the earliest time, inclusive
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
     * @param id the operation's id in the contract, such as {@code updateSecret}, or a server command
     * @return the narrower selection
     */
    public AuditSelection operation(String id) {
        return new AuditSelection(from, to, requireNonNull(id, "id is null"), outcome, userId, resourceId);
    }

    /**
     * Selects events by outcome: executed or denied.
     *
     * @param ended the outcome
     * @return the narrower selection
     */
    public AuditSelection outcome(AuditOutcome ended) {
        return new AuditSelection(from, to, operation, requireNonNull(ended, "ended is null"), userId, resourceId);
    }

    /**
     * Selects events of a user, executed and denied.
     *
     * @param id the user's id; the user may be deleted
     * @return the narrower selection
     */
    public AuditSelection user(UUID id) {
        return new AuditSelection(from, to, operation, outcome, requireNonNull(id, "id is null"), resourceId);
    }

    /**
     * Selects events of a resource.
     *
     * @param id the resource's id; it may be deleted
     * @return the narrower selection
     */
    public AuditSelection resource(UUID id) {
        return new AuditSelection(from, to, operation, outcome, userId, requireNonNull(id, "id is null"));
    }

    @Nullable
    OffsetDateTime from() {
        return from;
    }

    @Nullable
    OffsetDateTime to() {
        return to;
    }

    @Nullable
    String operation() {
        return operation;
    }

    @Nullable
    AuditOutcome outcome() {
        return outcome;
    }

    @Nullable
    UUID userId() {
        return userId;
    }

    @Nullable
    UUID resourceId() {
        return resourceId;
    }
}
