package io.agyn.console.usage;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.api.UsageApi;
import io.agyn.api.model.UsageRecord;
import io.agyn.api.model.UsageRecordList;
import io.agyn.api.model.UsageReport;
import io.agyn.api.model.UsageRow;
import io.agyn.console.Api;
import io.agyn.console.charts.Chart;
import io.agyn.console.forms.Option;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.Page;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Query;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The usage of an organization. */
@Path("/console/organizations/{organization}/usage")
@SessionAuthenticated
@RunOnVirtualThread
public class UsagePages {
    private static final int MOST_CALLS_IN_FILE = 1_000;

    @CheckedTemplate(basePath = "console/usage")
    static class Templates {
        static native TemplateInstance usage(UsageFilters filters, @Nullable Overview overview);
    }

    private final Api api;
    private final UsageApi usage;
    private final RoutingContext context;
    private final Page page;
    private final PageResponses pages;

    UsagePages(Api api, RoutingContext context, Page page, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.usage = api.of(UsageApi.class);
        this.context = requireNonNull(context, "context is null");
        this.page = requireNonNull(page, "page is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    @GET
    public Response show(@PathParam("organization") String organization) {
        return respond(organization, (id, filters) -> pages.ok(Templates.usage(filters, overview(id, filters))));
    }

    @GET
    @Path("/usage.csv")
    public Response downloadUsage(@PathParam("organization") String organization) {
        return respond(organization, (id, filters) -> UsageFiles.metrics(filters.group(), overTime(id, filters))
                .download(file("usage")));
    }

    @GET
    @Path("/calls.csv")
    public Response downloadCalls(@PathParam("organization") String organization) {
        return respond(organization, (id, filters) -> UsageFiles.calls(
                        calls(id, filters, MOST_CALLS_IN_FILE, filters.token()).items())
                .download(file("calls")));
    }

    /** Returns the response to the filters, or the page with their errors if they are invalid. */
    private Response respond(String organization, BiFunction<UUID, UsageFilters, Response> response) {
        UUID id = page.in(organization, "usage").getId();
        UsageFilters filters =
                new UsageFilters(Query.of(context, UsageFilters.NAMES), OffsetDateTime.now(ZoneOffset.UTC));
        try {
            if (filters.form().errors().isEmpty()) {
                return response.apply(id, filters);
            }
        } catch (ProblemException e) {
            if (e.kind() != ProblemKind.INVALID_REQUEST) {
                throw e;
            }
            filters.reject(e);
        }
        return pages.rejected(422, Templates.usage(filters, null));
    }

    private Overview overview(UUID organizationId, UsageFilters filters) {
        ListPage.Slice<UsageRecord> calls = calls(organizationId, filters, ListPage.PAGE_SIZE, filters.token());
        UsageRow total = total(organizationId, filters);
        List<UsageRow> rows = overTime(organizationId, filters);
        UsageCharts drawing = new UsageCharts(filters.axis());
        List<Chart> charts = filters.group() == null ? drawing.ofAll(rows) : drawing.by(filters.group(), rows);
        return new Overview(
                total,
                charts,
                filters.group() == null
                        ? List.of()
                        : sums(organizationId, filters, Set.of(filters.group().code())),
                models(organizationId, filters),
                filters.chosen().stream()
                        .map(group -> new Overview.Chosen(group, group.name(total)))
                        .toList(),
                new ListPage<>(calls.items(), calls.next(), filters.query()));
    }

    /** One row for all calls, with the names of the filtered provider, user and API token. */
    private UsageRow total(UUID organizationId, UsageFilters filters) {
        Set<String> named = filters.chosen().stream().map(Group::code).collect(Collectors.toSet());
        List<UsageRow> rows = sums(organizationId, filters, named);
        return rows.isEmpty()
                ? sums(organizationId, filters, Set.of())
                        .getFirst()
                        .providerId(filters.providerId())
                        .userId(filters.userId())
                        .apiTokenId(filters.apiTokenId())
                : rows.getFirst();
    }

    private List<UsageRow> overTime(UUID organizationId, UsageFilters filters) {
        Set<String> keys = new TreeSet<>(Set.of(filters.interval().code()));
        if (filters.group() != null) {
            keys.add(filters.group().code());
        }
        return sums(organizationId, filters, keys);
    }

    private List<UsageRow> sums(UUID organizationId, UsageFilters filters, Set<String> groupBy) {
        return sums(organizationId, filters, groupBy, filters.modelId());
    }

    private List<UsageRow> sums(
            UUID organizationId, UsageFilters filters, Set<String> groupBy, @Nullable UUID modelId) {
        return api.read(
                        usage.getUsage(
                                organizationId,
                                filters.from(),
                                filters.to(),
                                groupBy.isEmpty() ? null : groupBy,
                                modelId,
                                filters.providerId(),
                                filters.userId(),
                                filters.apiTokenId(),
                                filters.outcome(),
                                filters.operation(),
                                null),
                        UsageReport.class)
                .getRows();
    }

    private List<Option> models(UUID organizationId, UsageFilters filters) {
        return sums(organizationId, filters, Set.of(Group.MODEL.code()), null).stream()
                .filter(row -> row.getModelId() != null)
                .map(row -> new Option(row.getModelId().toString(), Group.MODEL.name(row)))
                .toList();
    }

    private ListPage.Slice<UsageRecord> calls(
            UUID organizationId, UsageFilters filters, int size, @Nullable String token) {
        UsageRecordList list = api.read(
                usage.listUsageRecords(
                        organizationId,
                        size,
                        token,
                        filters.from(),
                        filters.to(),
                        filters.modelId(),
                        filters.providerId(),
                        filters.userId(),
                        filters.apiTokenId(),
                        filters.outcome(),
                        filters.operation(),
                        null),
                UsageRecordList.class);
        return new ListPage.Slice<>(list.getItems(), list.getNextPageToken());
    }

    private String file(String what) {
        return "%s-%s-%s.csv".formatted(page.requireOrganization().getSlug(), what, LocalDate.now(ZoneOffset.UTC));
    }
}
