package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.ClusterAuditEventsApi;
import io.agyn.sdk.model.AuditEvent;
import io.agyn.sdk.model.AuditEventList;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The audit log of everything outside organizations, and of deleted organizations. For cluster admins. */
public final class ClusterAuditEvents {
    private final ClusterAuditEventsApi api;
    private final Exchange exchange;

    ClusterAuditEvents(ClusterAuditEventsApi api, Exchange exchange) {
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Lists events outside organizations, newest first.
     *
     * @param selection the events to list
     * @return the events, fetched while iterating
     */
    public Listing<AuditEvent> list(AuditSelection selection) {
        return listing(null, selection);
    }

    /**
     * Lists events of an organization, newest first.
     *
     * @param organizationId the organization's id; it may be deleted
     * @param selection the events to list
     * @return the events, fetched while iterating
     */
    public Listing<AuditEvent> listOf(UUID organizationId, AuditSelection selection) {
        return listing(requireNonNull(organizationId, "organizationId is null"), selection);
    }

    private Listing<AuditEvent> listing(@Nullable UUID organizationId, AuditSelection selection) {
        requireNonNull(selection, "selection is null");
        return new Listing<>((pageSize, pageToken) -> {
            AuditEventList page = exchange.read(() -> api.listClusterAuditEventsWithHttpInfo(
                    pageSize,
                    pageToken,
                    selection.from(),
                    selection.to(),
                    selection.operation(),
                    selection.outcome(),
                    selection.userId(),
                    selection.resourceId(),
                    organizationId));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }
}
