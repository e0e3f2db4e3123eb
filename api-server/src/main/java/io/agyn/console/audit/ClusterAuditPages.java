package io.agyn.console.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.access.BySession;
import io.agyn.api.ClusterAuditEventsApi;
import io.agyn.api.UsersApi;
import io.agyn.api.model.UserList;
import io.agyn.console.Api;
import io.agyn.console.Listing;
import io.agyn.console.Option;
import io.agyn.console.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.List;

/** What was done and denied outside of organizations, and in those that were deleted, for cluster admins. */
@Path("/console/audit")
@BySession
@RunOnVirtualThread
public class ClusterAuditPages {
    private static final int MOST_PEOPLE = 1_000;

    private final Api api;
    private final ClusterAuditEventsApi audit;
    private final UsersApi users;
    private final AuditLogs logs;
    private final Page page;

    ClusterAuditPages(Api api, AuditLogs logs, Page page) {
        this.api = requireNonNull(api, "api is null");
        this.audit = api.of(ClusterAuditEventsApi.class);
        this.users = api.of(UsersApi.class);
        this.logs = requireNonNull(logs, "logs is null");
        this.page = requireNonNull(page, "page is null");
    }

    @GET
    public Response show() {
        page.require("listClusterAuditEvents");
        return logs.show(
                this::log,
                filters -> audit.listClusterAuditEvents(
                        Listing.PAGE_SIZE,
                        filters.token(),
                        filters.from(),
                        filters.to(),
                        filters.operation(),
                        filters.outcome(),
                        filters.userId(),
                        filters.resourceId(),
                        filters.organizationId()));
    }

    private AuditLogs.Log log() {
        List<Option> people = api
                .read(users.listUsers(MOST_PEOPLE, null, null, null, null, null, null), UserList.class)
                .getItems()
                .stream()
                .map(user -> new Option(user.getId().toString(), user.getName() + ", " + user.getEmail()))
                .toList();
        return new AuditLogs.Log("/audit", false, people, Operations.all());
    }
}
