package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.model.CallOutcome;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * A filter of calls. It is immutable; each method returns a narrower one.
 *
 * <pre>{@code
 * UsageSelection.all().from(yesterday).model(model.getId()).outcome(CallOutcome.UPSTREAM_ERROR)
 * }</pre>
 */
public final class UsageSelection {
    private static final UsageSelection ALL = new UsageSelection(null, null, null, null, null, null);

    private final OffsetDateTime from;
    private final OffsetDateTime to;
    private final UUID modelId;
    private final UUID providerId;
    private final UUID userId;
    private final CallOutcome outcome;

    private UsageSelection(
            OffsetDateTime from, OffsetDateTime to, UUID modelId, UUID providerId, UUID userId, CallOutcome outcome) {
        this.from = from;
        this.to = to;
        this.modelId = modelId;
        this.providerId = providerId;
        this.userId = userId;
        this.outcome = outcome;
    }

    /**
     * Selects all calls.
     *
     * @return a selection without filters
     */
    public static UsageSelection all() {
        return ALL;
    }

    /**
     * Selects calls that started at or after a time.
     *
     * @param time the start, inclusive
     * @return the narrower selection
     */
    public UsageSelection from(OffsetDateTime time) {
        return new UsageSelection(requireNonNull(time, "time is null"), to, modelId, providerId, userId, outcome);
    }

    /**
     * Selects calls that started before a time.
     *
     * @param time the end, exclusive
     * @return the narrower selection
     */
    public UsageSelection to(OffsetDateTime time) {
        return new UsageSelection(from, requireNonNull(time, "time is null"), modelId, providerId, userId, outcome);
    }

    /**
     * Selects calls of a model.
     *
     * @param id the model's id, which may be deleted
     * @return the narrower selection
     */
    public UsageSelection model(UUID id) {
        return new UsageSelection(from, to, requireNonNull(id, "id is null"), providerId, userId, outcome);
    }

    /**
     * Selects calls that were routed to an LLM provider.
     *
     * @param id the LLM provider's id, which may be deleted
     * @return the narrower selection
     */
    public UsageSelection provider(UUID id) {
        return new UsageSelection(from, to, modelId, requireNonNull(id, "id is null"), userId, outcome);
    }

    /**
     * Selects calls with a user's API tokens.
     *
     * @param id the user's id, who may be deleted; members see only their own calls
     * @return the narrower selection
     */
    public UsageSelection user(UUID id) {
        return new UsageSelection(from, to, modelId, providerId, requireNonNull(id, "id is null"), outcome);
    }

    /**
     * Selects calls with an outcome.
     *
     * @param ended the outcome
     * @return the narrower selection
     */
    public UsageSelection outcome(CallOutcome ended) {
        return new UsageSelection(from, to, modelId, providerId, userId, requireNonNull(ended, "ended is null"));
    }

    OffsetDateTime from() {
        return from;
    }

    OffsetDateTime to() {
        return to;
    }

    UUID modelId() {
        return modelId;
    }

    UUID providerId() {
        return providerId;
    }

    UUID userId() {
        return userId;
    }

    CallOutcome outcome() {
        return outcome;
    }
}
