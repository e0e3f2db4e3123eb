package io.agyn.console.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.ClusterAuditEventsApi;
import io.agyn.console.Api;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** The audit log of changes outside organizations and in deleted organizations, for cluster admins. */
@Path("/console/audit")
@SessionAuthenticated
@RunOnVirtualThread
public class ClusterAuditPages {
    private final ClusterAuditEventsApi audit;
    private final PickerFactory choices;
    private final AuditLogView logs;
    private final Page page;

    ClusterAuditPages(Api api, PickerFactory choices, AuditLogView logs, Page page) {
        this.audit = api.of(ClusterAuditEventsApi.class);
        this.choices = requireNonNull(choices, "choices is null");
        this.logs = requireNonNull(logs, "logs is null");
        this.page = requireNonNull(page, "page is null");
    }

    @GET
    public Response show() {
        page.require("listClusterAuditEvents");
        return logs.show(
                log(),
                filters -> audit.listClusterAuditEvents(
                        ListPage.PAGE_SIZE,
                        filters.token(),
                        filters.from(),
                        filters.to(),
                        filters.operation(),
                        filters.outcome(),
                        filters.userId(),
                        filters.resourceId(),
                        filters.organizationId()));
    }

    private AuditLogView.Log log() {
        return new AuditLogView.Log("/audit", false, choices.user(), OperationWords.all());
    }
}
