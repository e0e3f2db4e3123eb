package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.AuditEventsApi;
import io.agyn.sdk.model.AuditEvent;
import io.agyn.sdk.model.AuditEventList;
import java.util.UUID;

/** The audit log of an organization, for its owners and cluster admins. */
public final class AuditEvents {
    private final UUID organizationId;
    private final AuditEventsApi api;
    private final Exchange exchange;

    AuditEvents(UUID organizationId, AuditEventsApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Lists events, newest first. To export the log, select all.
     *
     * @param selection which events
     * @return the events, fetched while iterating
     */
    public Listing<AuditEvent> list(AuditSelection selection) {
        requireNonNull(selection, "selection is null");
        return new Listing<>((pageSize, pageToken) -> {
            AuditEventList page = exchange.read(() -> api.listAuditEventsWithHttpInfo(
                    organizationId,
                    pageSize,
                    pageToken,
                    selection.from(),
                    selection.to(),
                    selection.operation(),
                    selection.outcome(),
                    selection.userId(),
                    selection.resourceId()));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }
}
