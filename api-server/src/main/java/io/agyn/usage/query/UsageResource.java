package io.agyn.usage.query;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.EffectiveRole;
import io.agyn.access.Identity;
import io.agyn.api.UsageApi;
import io.agyn.api.model.CallOperation;
import io.agyn.api.model.CallOutcome;
import io.agyn.api.model.UsageRecordList;
import io.agyn.api.model.UsageReport;
import io.agyn.contract.Parameters;
import io.agyn.contract.Violations;
import io.agyn.rest.ResourceResponses;
import io.agyn.storage.Paging;
import io.agyn.storage.SqlCondition;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@RunOnVirtualThread
class UsageResource implements UsageApi {
    private static final Duration DEFAULT_TIME = Duration.ofHours(24);

    private static final OffsetDateTime FIRST = OffsetDateTime.parse("1970-01-01T00:00:00Z");
    private static final OffsetDateTime LAST = OffsetDateTime.parse("9999-12-31T23:59:59.999999Z");
    private static final String BACKWARDS = "from must be before to, and both after 1970.";

    private final UsageSums sums;
    private final UsageRecords records;
    private final Caller caller;
    private final ResourceResponses responses;

    UsageResource(UsageSums sums, UsageRecords records, Caller caller, ResourceResponses responses) {
        this.sums = requireNonNull(sums, "sums is null");
        this.records = requireNonNull(records, "records is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response getUsage(
            UUID organizationId,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable Set<String> groupBy,
            @Nullable UUID modelId,
            @Nullable UUID providerId,
            @Nullable UUID userId,
            @Nullable UUID apiTokenId,
            @Nullable CallOutcome outcome,
            @Nullable CallOperation operation,
            @Nullable String threadId) {
        OffsetDateTime end = utc(to == null ? OffsetDateTime.now(ZoneOffset.UTC) : to);
        OffsetDateTime start = utc(from == null ? end.minus(DEFAULT_TIME) : from);
        Set<String> keys = new TreeSet<>(Parameters.items(groupBy));
        Violations violations = new Violations();
        if (!start.isBefore(end)) {
            violations.in(from == null ? "to" : "from", BACKWARDS);
        }
        if (keys.contains("hour") && keys.contains("day")) {
            violations.in("group_by", "Must be hour or day, not both.");
        }
        violations.throwIfAny();
        SqlCondition filter = filter(
                organizationId, start, end, modelId, providerId, userId, apiTokenId, outcome, operation, threadId);
        try {
            return responses.ok(new UsageReport().from(start).to(end).rows(sums.read(organizationId, filter, keys)));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Response listUsageRecords(
            UUID organizationId,
            Integer pageSize,
            @Nullable String pageToken,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable UUID modelId,
            @Nullable UUID providerId,
            @Nullable UUID userId,
            @Nullable UUID apiTokenId,
            @Nullable CallOutcome outcome,
            @Nullable CallOperation operation,
            @Nullable String threadId) {
        Violations violations = new Violations();
        if (from != null && to != null && !from.isBefore(to)) {
            violations.in("from", BACKWARDS);
        }
        violations.throwIfAny();
        SqlCondition filter =
                filter(organizationId, from, to, modelId, providerId, userId, apiTokenId, outcome, operation, threadId);
        try {
            var page = records.read(filter, new Paging.Request(pageSize, pageToken));
            return responses.ok(new UsageRecordList().items(page.items()).nextPageToken(page.nextPageToken()));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Members see only their own calls, with any filter. */
    private SqlCondition filter(
            UUID organizationId,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable UUID modelId,
            @Nullable UUID providerId,
            @Nullable UUID userId,
            @Nullable UUID apiTokenId,
            @Nullable CallOutcome outcome,
            @Nullable CallOperation operation,
            @Nullable String threadId) {
        Identity identity = caller.identity();
        boolean isMember = identity.effectiveRoleIn(organizationId).orElseThrow() == EffectiveRole.MEMBER;
        return SqlCondition.of("organization_id = ?", organizationId)
                .and("user_id = ?", isMember ? identity.userId() : null)
                .and("started_at >= ?", from)
                .and("started_at < ?", to)
                .and("model_id = ?", modelId)
                .and("provider_id = ?", providerId)
                .and("user_id = ?", userId)
                .and("token_id = ?", apiTokenId)
                .and("outcome = ?", outcome == null ? null : outcome.toString())
                .and("operation = ?", operation == null ? null : operation.toString())
                .and("thread_id = ?", threadId);
    }

    /** Clamps a time to years that RFC 3339 can write, with microsecond precision as stored. */
    private static OffsetDateTime utc(OffsetDateTime time) {
        OffsetDateTime utc = time.withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        return utc.isBefore(FIRST) ? FIRST : utc.isAfter(LAST) ? LAST : utc;
    }
}
