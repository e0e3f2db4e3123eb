package io.agyn.console.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.AuditEventList;
import io.agyn.console.Api;
import io.agyn.console.forms.Filters;
import io.agyn.console.forms.Option;
import io.agyn.console.forms.Picker;
import io.agyn.console.lists.ListPage;
import io.agyn.console.rendering.PageResponses;
import io.agyn.console.routing.Query;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shared by the pages of the organizations' audit logs and of the cluster's. */
@Singleton
class AuditLogs {
    @CheckedTemplate(basePath = "console/audit")
    static class Templates {
        static native TemplateInstance audit(Log log, AuditFilters filters, @Nullable ListPage<Entry> events);
    }

    /**
     * An audit log.
     *
     * @param ofOrganization whether it is an organization's, which can be exported
     * @param people the picker of the user filter
     * @param operations the options of the operation filter
     */
    public record Log(String path, boolean ofOrganization, Picker people, List<Option> operations) {
        public String title() {
            return ofOrganization ? "Audit log" : "Cluster audit log";
        }

        public Picker.Options people(AuditFilters filters) {
            return people.options(filters.query().text("user_id"));
        }

        public List<Option> operations(AuditFilters filters) {
            return Filters.including(operations, filters.query().text("operation"));
        }
    }

    private final Api api;
    private final Resources resources;
    private final RoutingContext context;
    private final PageResponses pages;

    AuditLogs(Api api, Resources resources, RoutingContext context, PageResponses pages) {
        this.api = requireNonNull(api, "api is null");
        this.resources = requireNonNull(resources, "resources is null");
        this.context = requireNonNull(context, "context is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    /**
     * Displays a log.
     *
     * @param list lists the matching events
     */
    Response show(Log log, Function<AuditFilters, Response> list) {
        return respond(log, filters -> {
            AuditEventList found = api.read(list.apply(filters), AuditEventList.class);
            ListPage<Entry> events =
                    new ListPage<>(resources.entries(found.getItems()), found.getNextPageToken(), filters.query());
            return pages.ok(Templates.audit(log, filters, events));
        });
    }

    /** Returns the response to the filters, or the page with their errors if they are invalid. */
    Response respond(Log log, Function<AuditFilters, Response> response) {
        AuditFilters filters = new AuditFilters(Query.of(context, AuditFilters.NAMES), log.people());
        try {
            if (filters.form().errors().isEmpty()) {
                return response.apply(filters);
            }
        } catch (ProblemException e) {
            if (e.kind() != ProblemKind.INVALID_REQUEST) {
                throw e;
            }
            filters.reject(e);
        }
        return pages.rejected(422, Templates.audit(log, filters, null));
    }
}
