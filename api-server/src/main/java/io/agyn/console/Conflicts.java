package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.api.AuditEventsApi;
import io.agyn.api.ClusterAuditEventsApi;
import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditEventList;
import io.agyn.api.model.AuditOutcome;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Says who has changed something while somebody else was editing it. */
@Singleton
public class Conflicts {
    private static final int MOST = 5;

    private final Api api;
    private final AuditEventsApi audit;
    private final ClusterAuditEventsApi clusterAudit;
    private final Page page;

    Conflicts(Api api, Page page) {
        this.api = requireNonNull(api, "api is null");
        this.audit = api.of(AuditEventsApi.class);
        this.clusterAudit = api.of(ClusterAuditEventsApi.class);
        this.page = requireNonNull(page, "page is null");
    }

    /**
     * A form that somebody else was faster than, with what happened since it was shown, as far as its user may know.
     *
     * @param form what was typed
     * @param resource the thing's id
     * @param etag the thing's tag by now
     * @param stored what the form's fields hold by now
     */
    public Form in(Form form, UUID resource, String etag, Map<String, String> stored) {
        return form.conflicting(since(resource, form.choice("shown", OffsetDateTime::parse), stored))
                .shown(etag);
    }

    /**
     * What happened since a form was shown, as far as its user may know.
     *
     * @param resource the thing's id
     * @param shown when the form was shown, or null where that is not known
     * @param stored what the form's fields hold by now
     */
    public Form.Conflict since(UUID resource, OffsetDateTime shown, Map<String, String> stored) {
        String list = page.organization() == null ? "listClusterAuditEvents" : "listAuditEvents";
        return new Form.Conflict(
                page.may(list)
                        ? api.read(events(resource, shown), AuditEventList.class).getItems().stream()
                                .filter(event -> !event.getChangedFields().isEmpty())
                                .map(Conflicts::sentence)
                                .toList()
                        : List.of(),
                stored);
    }

    private Response events(UUID resource, OffsetDateTime from) {
        return page.organization() == null
                ? clusterAudit.listClusterAuditEvents(
                        MOST, null, from, null, null, AuditOutcome.DONE, null, resource, null)
                : audit.listAuditEvents(
                        page.organization().getId(), MOST, null, from, null, null, AuditOutcome.DONE, null, resource);
    }

    private static String sentence(AuditEvent event) {
        return "%s changed %s at %s."
                .formatted(event.getUserName(), String.join(", ", event.getChangedFields()), Times.utc(event.getAt()));
    }
}
