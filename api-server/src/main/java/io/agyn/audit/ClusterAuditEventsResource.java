package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ClusterAuditEventsApi;
import io.agyn.api.model.AuditOutcome;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.SqlCondition;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The audit log over REST of events outside of organizations, and of deleted organizations. */
@RunOnVirtualThread
class ClusterAuditEventsResource implements ClusterAuditEventsApi {
    private final AuditEvents events;
    private final ResourceResponses responses;

    ClusterAuditEventsResource(AuditEvents events, ResourceResponses responses) {
        this.events = requireNonNull(events, "events is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response listClusterAuditEvents(
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String operation,
            @Nullable AuditOutcome outcome,
            @Nullable UUID userId,
            @Nullable UUID resourceId,
            @Nullable UUID organizationId) {
        SqlCondition filter = AuditFilter.of(organizationId, from, to, operation, outcome, userId, resourceId);
        return responses.ok(events.page(filter, new Paging.Request(pageSize, pageToken)));
    }
}
