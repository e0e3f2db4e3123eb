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
import java.util.UUID;
import java.util.stream.Collectors;

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
     * @param stored a form with what is stored by now
     */
    public Form in(Form form, UUID resource, String etag, Form stored) {
        String list = page.organization() == null ? "listClusterAuditEvents" : "listAuditEvents";
        OffsetDateTime shown = form.choice("shown", OffsetDateTime::parse);
        List<String> changes = page.may(list)
                ? api.read(events(resource, shown), AuditEventList.class).getItems().stream()
                        .filter(event -> !event.getChangedFields().isEmpty())
                        .map(event -> sentence(event, form))
                        .toList()
                : List.of();
        return form.conflicting(new Form.Conflict(changes, stored)).shown(etag);
    }

    private Response events(UUID resource, OffsetDateTime from) {
        return page.organization() == null
                ? clusterAudit.listClusterAuditEvents(
                        MOST, null, from, null, null, AuditOutcome.DONE, null, resource, null)
                : audit.listAuditEvents(
                        page.organization().getId(), MOST, null, from, null, null, AuditOutcome.DONE, null, resource);
    }

    private static String sentence(AuditEvent event, Form form) {
        String fields = event.getChangedFields().stream().map(form::word).collect(Collectors.joining(", "));
        return "%s changed %s at %s.".formatted(event.getUserName(), fields, Times.utc(event.getAt()));
    }
}
