package io.agyn.limits.admission;

import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitSubjectType;
import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A limit as calls are checked against it.
 *
 * @param subjectId null if it applies to each resource of the type separately
 * @param amount the calls or tokens; at least 0
 * @param window null for concurrent calls
 * @param blocks whether calls above it are rejected
 * @param zone the time zone of calendar windows
 * @param version when it was last changed
 */
public record Limit(
        UUID id,
        String name,
        LimitSubjectType subjectType,
        @Nullable UUID subjectId,
        LimitMeasure measure,
        long amount,
        @Nullable Window window,
        boolean blocks,
        ZoneId zone,
        Instant version) {

    /** Returns the resource of a call whose counter the limit uses; null if it does not apply to the call. */
    @Nullable
    UUID subjectOf(CallSubjects call) {
        UUID subject =
                switch (subjectType) {
                    case ORGANIZATION -> call.organizationId();
                    case USER -> call.userId();
                    case API_TOKEN -> call.tokenId();
                    case MODEL -> call.modelId();
                    case LLM_PROVIDER -> call.providerId();
                };
        return subjectId == null || subjectId.equals(subject) ? subject : null;
    }

    /** The amount that becomes available again in a second; 0 for calendar windows. */
    double perSecond() {
        return window == null || !window.isBucket()
                ? 0
                : (double) amount / window.length().toSeconds();
    }
}
