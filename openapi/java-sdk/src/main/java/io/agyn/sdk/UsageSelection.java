package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.model.CallOperation;
import io.agyn.sdk.model.CallOutcome;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A filter for calls. A selection is immutable; each method returns a narrower one.
 *
 * <pre>{@code
 * UsageSelection.all().from(yesterday).model(model.getId()).outcome(CallOutcome.UPSTREAM_ERROR)
 * }</pre>
 */
public final class UsageSelection {
    private static final UsageSelection ALL = new UsageSelection(null, null, null, null, null, null, null, null, null);

    private final @Nullable OffsetDateTime from;
    private final @Nullable OffsetDateTime to;
    private final @Nullable UUID modelId;
    private final @Nullable UUID providerId;
    private final @Nullable UUID userId;
    private final @Nullable UUID apiTokenId;
    private final @Nullable CallOutcome outcome;
    private final @Nullable CallOperation operation;
    private final @Nullable String threadId;

    private UsageSelection(
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable UUID modelId,
            @Nullable UUID providerId,
            @Nullable UUID userId,
            @Nullable UUID apiTokenId,
            @Nullable CallOutcome outcome,
            @Nullable CallOperation operation,
            @Nullable String threadId) {
        this.from = from;
        this.to = to;
        this.modelId = modelId;
        this.providerId = providerId;
        this.userId = userId;
        this.apiTokenId = apiTokenId;
        this.outcome = outcome;
        this.operation = operation;
        this.threadId = threadId;
    }

    /**
     * Selects all calls.
     *
     * @return a selection to narrow down
     */
    public static UsageSelection all() {
        return ALL;
    }

    /**
     * Selects calls that started at a time or later.
     *
     * @param time the earliest time, inclusive
     * @return the narrower selection
     */
    public UsageSelection from(OffsetDateTime time) {
        return new UsageSelection(
                requireNonNull(time, "time is null"),
                to,
                modelId,
                providerId,
                userId,
                apiTokenId,
                outcome,
                operation,
                threadId);
    }

    /**
     * Selects calls that started before a time.
     *
     * @param time the end, exclusive
     * @return the narrower selection
     */
    public UsageSelection to(OffsetDateTime time) {
        return new UsageSelection(
                from,
                requireNonNull(time, "time is null"),
                modelId,
                providerId,
                userId,
                apiTokenId,
                outcome,
                operation,
                threadId);
    }

    /**
     * Selects calls of a model.
     *
     * @param id the model's id; it may be deleted
     * @return the narrower selection
     */
    public UsageSelection model(UUID id) {
        return new UsageSelection(
                from,
                to,
                requireNonNull(id, "id is null"),
                providerId,
                userId,
                apiTokenId,
                outcome,
                operation,
                threadId);
    }

    /**
     * Selects calls to an LLM provider.
     *
     * @param id the LLM provider's id; it may be deleted
     * @return the narrower selection
     */
    public UsageSelection provider(UUID id) {
        return new UsageSelection(
                from, to, modelId, requireNonNull(id, "id is null"), userId, apiTokenId, outcome, operation, threadId);
    }

    /**
     * Selects calls with a user's API tokens.
     *
     * @param id the user's id; the user may be deleted. Members see only their own calls
     * @return the narrower selection
     */
    public UsageSelection user(UUID id) {
        return new UsageSelection(
                from,
                to,
                modelId,
                providerId,
                requireNonNull(id, "id is null"),
                apiTokenId,
                outcome,
                operation,
                threadId);
    }

    /**
     * Selects calls with an API token.
     *
     * @param id the API token's id; it may be revoked
     * @return the narrower selection
     */
    public UsageSelection apiToken(UUID id) {
        return new UsageSelection(
                from, to, modelId, providerId, userId, requireNonNull(id, "id is null"), outcome, operation, threadId);
    }

    /**
     * Selects calls by outcome.
     *
     * @param ended the outcome
     * @return the narrower selection
     */
    public UsageSelection outcome(CallOutcome ended) {
        return new UsageSelection(
                from,
                to,
                modelId,
                providerId,
                userId,
                apiTokenId,
                requireNonNull(ended, "ended is null"),
                operation,
                threadId);
    }

    /**
     * Selects calls by operation.
     *
     * @param called the operation
     * @return the narrower selection
     */
    public UsageSelection operation(CallOperation called) {
        return new UsageSelection(
                from,
                to,
                modelId,
                providerId,
                userId,
                apiTokenId,
                outcome,
                requireNonNull(called, "called is null"),
                threadId);
    }

    /**
     * Selects calls of an agent's thread or session.
     *
     * @param id the thread's id, as in usage records
     * @return the narrower selection
     */
    public UsageSelection thread(String id) {
        return new UsageSelection(
                from,
                to,
                modelId,
                providerId,
                userId,
                apiTokenId,
                outcome,
                operation,
                requireNonNull(id, "id is null"));
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
    UUID modelId() {
        return modelId;
    }

    @Nullable
    UUID providerId() {
        return providerId;
    }

    @Nullable
    UUID userId() {
        return userId;
    }

    @Nullable
    UUID apiTokenId() {
        return apiTokenId;
    }

    @Nullable
    CallOutcome outcome() {
        return outcome;
    }

    @Nullable
    CallOperation operation() {
        return operation;
    }

    @Nullable
    String threadId() {
        return threadId;
    }
}
