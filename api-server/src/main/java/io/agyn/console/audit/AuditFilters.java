package io.agyn.console.audit;

import io.agyn.api.model.AuditOutcome;
import io.agyn.console.forms.Filters;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import io.agyn.console.forms.Picker;
import io.agyn.console.routing.Query;
import io.agyn.problems.ProblemException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The filters of an audit log, from the query of its page. */
public final class AuditFilters {
    static final List<String> NAMES =
            List.of("from", "to", "user_id", "operation", "outcome", "resource_id", "organization_id", "page");
    private static final Map<String, String> LABELS =
            Map.of("user_id", "User", "operation", "Operation", "from", "From (UTC)", "to", "To (UTC)");

    private final Query query;
    private final @Nullable OffsetDateTime from;
    private final @Nullable OffsetDateTime to;
    private final @Nullable UUID userId;
    private final @Nullable String operation;
    private final @Nullable AuditOutcome outcome;
    private final @Nullable UUID resourceId;
    private final @Nullable UUID organizationId;
    private Form form;

    AuditFilters(Query query, Picker people) {
        this.query = query;
        Filters filters = new Filters(query);
        this.from = filters.time("from");
        this.to = filters.time("to");
        this.userId = filters.choice("user_id", people);
        this.operation = filters.text("operation");
        this.outcome = filters.choice("outcome", AuditOutcome::fromValue, "done, denied");
        this.resourceId = filters.id("resource_id");
        this.organizationId = filters.id("organization_id");
        this.form = filters.form();
    }

    /** Adds the errors of a problem. */
    void reject(ProblemException problem) {
        form = form.withErrors(problem);
    }

    public Query query() {
        return query;
    }

    /** The values of the filters, and their errors. */
    public Form form() {
        return form.withLabels(LABELS);
    }

    /** The query with another filter, on the first page. */
    public Query only(String filter, Object value) {
        return query.without("page").with(filter, value);
    }

    /** Whether a filter is set. */
    public boolean narrow() {
        return !query.without("page").toString().isEmpty();
    }

    public List<Option> outcomes() {
        return List.of(new Option("done", "done"), new Option("denied", "denied"));
    }

    @Nullable
    String token() {
        return query.optional("page");
    }

    @Nullable
    OffsetDateTime from() {
        return from;
    }

    @Nullable
    OffsetDateTime to() {
        return to;
    }

    @Nullable
    UUID userId() {
        return userId;
    }

    @Nullable
    String operation() {
        return operation;
    }

    @Nullable
    AuditOutcome outcome() {
        return outcome;
    }

    @Nullable
    UUID resourceId() {
        return resourceId;
    }

    @Nullable
    UUID organizationId() {
        return organizationId;
    }
}
