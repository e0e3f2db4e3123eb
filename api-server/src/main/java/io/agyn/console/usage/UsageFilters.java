package io.agyn.console.usage;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.CallOutcome;
import io.agyn.console.charts.Interval;
import io.agyn.console.charts.TimeAxis;
import io.agyn.console.forms.Filters;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import io.agyn.console.routing.Query;
import io.agyn.problems.ProblemException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The filters of the usage page, from its query. */
public final class UsageFilters {
    static final List<String> NAMES = List.of(
            "range",
            "from",
            "to",
            "interval",
            "group_by",
            "model_id",
            "provider_id",
            "user_id",
            "api_token_id",
            "outcome",
            "operation",
            "page");

    private static final Map<String, String> LABELS =
            Map.of("from", "From (UTC)", "to", "To (UTC)", "model_id", "Model");
    private static final Duration DEFAULT_TIME = Duration.ofHours(24);
    // More hours or days are not distinguishable in a chart, and make the page slow.
    private static final int MOST_PLACES = 192;
    private static final int MOST_PLACES_OF_GROUPS = 96;
    private static final int HOURS = 24;

    private final Query query;
    private final @Nullable Range range;
    private final OffsetDateTime from;
    private final OffsetDateTime to;
    private final Interval interval;
    private final @Nullable Group group;
    private final @Nullable UUID modelId;
    private final @Nullable UUID providerId;
    private final @Nullable UUID userId;
    private final @Nullable UUID apiTokenId;
    private final @Nullable CallOutcome outcome;
    private final @Nullable CallOperation operation;
    private Form form;

    UsageFilters(Query query, OffsetDateTime now) {
        this.query = query;
        Filters filters = new Filters(query);
        OffsetDateTime givenFrom = filters.time("from");
        OffsetDateTime givenTo = filters.time("to");
        Range given = filters.choice("range", Range::of, "24h, 7d and 30d");
        boolean custom = query.has("from") || query.has("to");
        this.range = custom ? null : given == null ? Range.DAY : given;
        this.to = givenTo == null ? now : givenTo;
        this.from = range != null ? range.begin(now) : givenFrom == null ? to.minus(DEFAULT_TIME) : givenFrom;
        Interval wanted = filters.choice("interval", Interval::of, "hour and day");
        this.interval = wanted == null ? Interval.between(from, to) : wanted;
        this.group = filters.choice("group_by", Group::of, "model, provider, user, api_token, operation and outcome");
        this.modelId = filters.id("model_id");
        this.providerId = filters.id("provider_id");
        this.userId = filters.id("user_id");
        this.apiTokenId = filters.id("api_token_id");
        this.outcome = filters.choice("outcome", CallOutcome::fromValue, "the listed ones");
        this.operation = filters.choice("operation", CallOperation::fromValue, "the listed ones");
        this.form = filters.form();
        checkTime();
    }

    private void checkTime() {
        if (!from.isBefore(to)) {
            form = form.withError("from", "Enter a start before the end and before now.");
        }
        int most = group == null ? MOST_PLACES : MOST_PLACES_OF_GROUPS;
        if (interval.count(from, to) > most) {
            form = interval == Interval.HOUR
                    ? form.withError("interval", "Choose days, or a period of at most %d days.".formatted(most / HOURS))
                    : form.withError("from", "Enter a period of at most %d days.".formatted(most));
        }
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

    /** The query of another period. */
    public Query ranging(Range range) {
        return query.without("from").without("to").without("page").with("range", range.code());
    }

    /** The query with another filter, on the first page. */
    public Query only(String filter, String value) {
        return query.without("page").with(filter, value);
    }

    /** The query without a filter, on the first page. */
    public Query without(String filter) {
        return query.without("page").without(filter);
    }

    /** The query with only its period. */
    public Query wide() {
        return without("model_id")
                .without("provider_id")
                .without("user_id")
                .without("api_token_id")
                .without("outcome")
                .without("operation");
    }

    public List<Range> ranges() {
        return List.of(Range.values());
    }

    public List<Option> groups() {
        return Stream.of(Group.values())
                .map(each -> new Option(each.code(), each.label()))
                .toList();
    }

    /** The called models, if they are known, and the chosen one. */
    public List<Option> models(@Nullable Overview overview) {
        return Filters.including(overview == null ? List.of() : overview.models(), query.text("model_id"));
    }

    public List<Option> outcomes() {
        return OutcomeLabels.options();
    }

    public List<Option> operations() {
        return CallDetails.operations();
    }

    public List<Option> intervals() {
        return List.of(new Option(Interval.HOUR.code(), "Hour"), new Option(Interval.DAY.code(), "Day"));
    }

    /** Whether a filter other than the period is set. */
    public boolean narrow() {
        return modelId != null
                || providerId != null
                || userId != null
                || apiTokenId != null
                || outcome != null
                || operation != null;
    }

    /** The period if it ends now. */
    public @Nullable Range range() {
        return range;
    }

    /** Inclusive. */
    public OffsetDateTime from() {
        return from;
    }

    /** Exclusive. */
    public OffsetDateTime to() {
        return to;
    }

    public @Nullable Group group() {
        return group;
    }

    /** The filters without a field that are set. */
    List<Group> chosen() {
        return Stream.of(Group.PROVIDER, Group.USER, Group.API_TOKEN)
                .filter(each -> each.filter() != null && query.has(each.filter()))
                .toList();
    }

    @Nullable
    String token() {
        return query.optional("page");
    }

    Interval interval() {
        return interval;
    }

    TimeAxis axis() {
        return new TimeAxis(interval, from, to);
    }

    @Nullable
    UUID modelId() {
        return modelId;
    }

    @Nullable
    UUID providerId() {
        return providerId;
    }

    @Nullable
    UUID userId() {
        return userId;
    }

    @Nullable
    UUID apiTokenId() {
        return apiTokenId;
    }

    @Nullable
    CallOutcome outcome() {
        return outcome;
    }

    @Nullable
    CallOperation operation() {
        return operation;
    }
}
