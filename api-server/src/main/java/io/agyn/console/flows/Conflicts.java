package io.agyn.console.flows;

import static java.util.Objects.requireNonNull;

import io.agyn.api.AuditEventsApi;
import io.agyn.api.ClusterAuditEventsApi;
import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditEventList;
import io.agyn.api.model.AuditOutcome;
import io.agyn.console.Api;
import io.agyn.console.forms.Form;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.Times;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Explains that another user has changed a resource since its form was loaded. */
@Singleton
class Conflicts {
    private static final int MAX_EVENTS = 5;

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
     * Adds the changes to a form, as far as its user may see the audit log, and the new entity tag.
     *
     * @param form the submitted form
     * @param stored a form with the stored values
     */
    Form explain(Form form, UUID resource, String etag, Form stored) {
        String list = page.organization() == null ? "listClusterAuditEvents" : "listAuditEvents";
        OffsetDateTime shown = form.parse("shown", OffsetDateTime::parse);
        List<String> changes = page.may(list)
                ? api.read(events(resource, shown), AuditEventList.class).getItems().stream()
                        .filter(event -> !event.getChangedFields().isEmpty())
                        .map(event -> sentence(event, form))
                        .toList()
                : List.of();
        return form.withConflict(new Form.Conflict(changes, stored)).withEtag(etag);
    }

    private Response events(UUID resource, @Nullable OffsetDateTime from) {
        return page.organization() == null
                ? clusterAudit.listClusterAuditEvents(
                        MAX_EVENTS, null, from, null, null, AuditOutcome.DONE, null, resource, null)
                : audit.listAuditEvents(
                        page.organization().getId(),
                        MAX_EVENTS,
                        null,
                        from,
                        null,
                        null,
                        AuditOutcome.DONE,
                        null,
                        resource);
    }

    private static String sentence(AuditEvent event, Form form) {
        String fields = event.getChangedFields().stream().map(form::word).collect(Collectors.joining(", "));
        return "%s changed %s at %s.".formatted(event.getUserName(), fields, Times.utc(event.getOccurredAt()));
    }
}
