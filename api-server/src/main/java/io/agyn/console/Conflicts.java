package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.api.AuditEventsApi;
import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditEventList;
import io.agyn.api.model.AuditOutcome;
import jakarta.inject.Singleton;
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
    private final Page page;

    Conflicts(Api api, Page page) {
        this.api = requireNonNull(api, "api is null");
        this.audit = api.of(AuditEventsApi.class);
        this.page = requireNonNull(page, "page is null");
    }

    /**
     * What happened since a form was shown, as far as its user may know.
     *
     * @param resource the thing's id
     * @param shown when the form was shown, or null where that is not known
     * @param stored what the form's fields hold by now
     */
    public Form.Conflict since(UUID resource, OffsetDateTime shown, Map<String, String> stored) {
        if (!page.may("listAuditEvents")) {
            return new Form.Conflict(List.of(), stored);
        }
        UUID organization = page.organization().getId();
        return new Form.Conflict(
                api
                        .read(
                                audit.listAuditEvents(
                                        organization, MOST, null, shown, null, null, AuditOutcome.DONE, null, resource),
                                AuditEventList.class)
                        .getItems()
                        .stream()
                        .filter(event -> !event.getChangedFields().isEmpty())
                        .map(Conflicts::sentence)
                        .toList(),
                stored);
    }

    private static String sentence(AuditEvent event) {
        return "%s changed %s at %s."
                .formatted(event.getUserName(), String.join(", ", event.getChangedFields()), Times.utc(event.getAt()));
    }
}
