package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ClusterAuditEventsApi;
import io.agyn.api.model.AuditOutcome;
import io.agyn.rest.Paging;
import io.agyn.rest.ResourceResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;
import java.time.OffsetDateTime;
import java.util.UUID;

/** The audit log of what belongs to no organization, and of organizations that were deleted, over REST. */
@RunOnVirtualThread
class ClusterAuditEventsResource implements ClusterAuditEventsApi {
    private final AuditEvents events;
    private final ResourceResponses answers;

    ClusterAuditEventsResource(AuditEvents events, ResourceResponses answers) {
        this.events = requireNonNull(events, "events is null");
        this.answers = requireNonNull(answers, "answers is null");
    }

    @Override
    public Response listClusterAuditEvents(
            Integer pageSize,
            String pageToken,
            OffsetDateTime from,
            OffsetDateTime to,
            String operation,
            AuditOutcome outcome,
            UUID userId,
            UUID resourceId,
            UUID organizationId) {
        AuditFilter filter =
                new AuditFilter(organizationId).within(from, to).of(operation, outcome, userId, resourceId);
        return answers.ok(events.page(filter, new Paging.Request(pageSize, pageToken)));
    }
}
