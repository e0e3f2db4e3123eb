package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.api.AuditEventsApi;
import io.agyn.api.model.AuditOutcome;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.SqlCondition;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An organization's audit log over REST. */
@RunOnVirtualThread
class AuditEventsResource implements AuditEventsApi {
    private static final String JSON_LINES = "application/x-ndjson";

    private final AuditEvents events;
    private final ResourceResponses responses;
    private final ObjectMapper mapper;

    AuditEventsResource(AuditEvents events, ResourceResponses responses, ObjectMapper mapper) {
        this.events = requireNonNull(events, "events is null");
        this.responses = requireNonNull(responses, "responses is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
    }

    @Override
    public Response listAuditEvents(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String operation,
            @Nullable AuditOutcome outcome,
            @Nullable UUID userId,
            @Nullable UUID resourceId) {
        SqlCondition filter = AuditFilter.of(organizationId, from, to, operation, outcome, userId, resourceId);
        return responses.ok(events.page(filter, new Paging.Request(pageSize, pageToken)));
    }

    @Override
    public Response exportAuditEvents(
            UUID organizationId,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String operation,
            @Nullable AuditOutcome outcome,
            @Nullable UUID userId,
            @Nullable UUID resourceId) {
        SqlCondition filter = AuditFilter.of(organizationId, from, to, operation, outcome, userId, resourceId);
        StreamingOutput lines = out -> export(filter, out);
        return Response.ok(lines, JSON_LINES).build();
    }

    private void export(SqlCondition filter, OutputStream out) throws IOException {
        try {
            events.readAll(filter, event -> {
                out.write(mapper.writeValueAsBytes(event));
                out.write('\n');
            });
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
