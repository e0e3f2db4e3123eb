package io.agyn.console.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.AuditEventsApi;
import io.agyn.console.Api;
import io.agyn.console.forms.PickerFactory;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.agyn.contract.Contract;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;

/** The audit log of an organization. */
@Path("/console/organizations/{organization}/audit")
@SessionAuthenticated
@RunOnVirtualThread
public class AuditPages {
    private final AuditEventsApi audit;
    private final PickerFactory choices;
    private final Contract contract;
    private final AuditLogs logs;
    private final Page page;

    AuditPages(Api api, PickerFactory choices, Contract contract, AuditLogs logs, Page page) {
        this.audit = api.of(AuditEventsApi.class);
        this.choices = requireNonNull(choices, "choices is null");
        this.contract = requireNonNull(contract, "contract is null");
        this.logs = requireNonNull(logs, "logs is null");
        this.page = requireNonNull(page, "page is null");
    }

    @GET
    public Response show(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        page.require("listAuditEvents");
        return logs.show(
                log(organizationId),
                filters -> audit.listAuditEvents(
                        organizationId,
                        ListPage.PAGE_SIZE,
                        filters.token(),
                        filters.from(),
                        filters.to(),
                        filters.operation(),
                        filters.outcome(),
                        filters.userId(),
                        filters.resourceId()));
    }

    @GET
    @Path("/export")
    public Response export(@PathParam("organization") String organization) {
        UUID organizationId = enter(organization);
        page.require("exportAuditEvents");
        String file =
                "%s-audit-%s.jsonl".formatted(page.requireOrganization().getSlug(), LocalDate.now(ZoneOffset.UTC));
        return logs.respond(log(organizationId), filters -> Response.fromResponse(audit.exportAuditEvents(
                        organizationId,
                        filters.from(),
                        filters.to(),
                        filters.operation(),
                        filters.outcome(),
                        filters.userId(),
                        filters.resourceId()))
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + file + "\"")
                .build());
    }

    private UUID enter(String organization) {
        return page.in(organization, "audit").getId();
    }

    private AuditLogs.Log log(UUID organizationId) {
        return new AuditLogs.Log(
                page.root() + "/audit", true, choices.member(organizationId), Operations.inOrganizations(contract));
    }
}
