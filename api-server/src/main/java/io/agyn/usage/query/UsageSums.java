package io.agyn.usage.query;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.CallOutcome;
import io.agyn.api.model.UsageRow;
import io.agyn.api.model.Violation;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.storage.SqlCondition;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** Aggregates records. */
@Singleton
final class UsageSums {
    private static final int MAX_ROWS = 10_000;
    private static final int TIMEOUT_SECONDS = 20;
    private static final String QUERY_CANCELED = "57014";

    /** The largest integer that JSON numbers hold exactly. */
    private static final String SUM = "least(coalesce(sum(%1$s), 0), 9007199254740991)::bigint as %1$s";

    private static final String COUNTS = Stream.of(
                    "input_tokens",
                    "cached_input_tokens",
                    "cache_write_tokens",
                    "cache_write_5m_tokens",
                    "cache_write_1h_tokens",
                    "output_tokens",
                    "reasoning_tokens",
                    "web_search_requests",
                    "web_fetch_requests")
            .map(SUM::formatted)
            .collect(Collectors.joining(", "));

    private static final String SUMS = """
        with sums as (
            select %s, %s, %s, %s, %s, %s, %s, %s,
                max(model) as model, max(provider) as provider,
                count(*) as calls,
                count(*) filter (where outcome not in ('completed', 'client_cancelled')) as errors,
                %s,
                count(usage_unknown_reason) as unknown_usage_calls,
                round(avg(duration_us))::float8 / 1000 as duration_ms,
                round(avg(time_to_first_byte_us))::float8 / 1000 as time_to_first_byte_ms
            from usage_record where %s
            group by %s
            limit %d)
        select sums.started_at,
            sums.model_id, case when sums.model_id is not null then coalesce(model.name, sums.model) end as model_name,
            sums.provider_id,
            case when sums.provider_id is not null then coalesce(llm_provider.name, sums.provider) end as provider_name,
            sums.token_id, api_token.description as api_token_description,
            sums.user_id, app_user.name as user_name,
            sums.operation, sums.outcome, sums.thread_id, calls, errors,
            input_tokens, cached_input_tokens, cache_write_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
            output_tokens, reasoning_tokens, web_search_requests, web_fetch_requests, unknown_usage_calls,
            duration_ms, time_to_first_byte_ms
        from sums
        left join model on model.organization_id = ? and model.id = sums.model_id
        left join llm_provider on llm_provider.organization_id = ? and llm_provider.id = sums.provider_id
        left join api_token on api_token.organization_id = ? and api_token.id = sums.token_id
        left join app_user on app_user.id = sums.user_id
        order by sums.started_at, calls desc, sums.model_id, sums.provider_id, sums.token_id, sums.user_id,
            sums.operation, sums.outcome, sums.thread_id\
        """;

    private final DataSource dataSource;

    UsageSums(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    /**
     * Aggregates the records that match a filter.
     *
     * @param organizationId the organization
     * @param groupBy the contract's names to group by; empty for one row of all
     * @throws ProblemException {@code invalid_request} if it takes too long or returns too many rows
     */
    List<UsageRow> read(UUID organizationId, SqlCondition filter, Set<String> groupBy) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(sql(filter, groupBy))) {
            query.setQueryTimeout(TIMEOUT_SECONDS);
            int next = filter.set(query);
            for (int i = 0; i < 3; i++) {
                query.setObject(next + i, organizationId);
            }
            List<UsageRow> rows = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(row(row));
                }
            }
            if (rows.size() > MAX_ROWS) {
                throw invalidRequest("group_by", "More than 10000 rows; use fewer groups or a shorter period.");
            }
            return rows;
        } catch (SQLException e) {
            if (QUERY_CANCELED.equals(e.getSQLState())) {
                throw invalidRequest("from", "The query takes too long; use a shorter period.");
            }
            throw e;
        }
    }

    private static String sql(SqlCondition filter, Set<String> groupBy) {
        StringJoiner columns = new StringJoiner(", ");
        String startedAt = null;
        for (String key : groupBy) {
            switch (key) {
                case "hour", "day" -> startedAt = "date_trunc('" + key + "', started_at, 'UTC')";
                case "model" -> columns.add("model_id");
                case "provider" -> columns.add("provider_id");
                case "api_token" -> columns.add("token_id");
                case "user" -> columns.add("user_id");
                case "operation" -> columns.add("operation");
                case "outcome" -> columns.add("outcome");
                case "thread" -> columns.add("thread_id");
                default -> throw new IllegalArgumentException("unknown group: " + key);
            }
        }
        if (startedAt != null) {
            columns.add(startedAt);
        }
        return SUMS.formatted(
                (startedAt == null ? "null::timestamptz" : startedAt) + " as started_at",
                key(groupBy, "model", "model_id", "uuid"),
                key(groupBy, "provider", "provider_id", "uuid"),
                key(groupBy, "api_token", "token_id", "uuid"),
                key(groupBy, "user", "user_id", "uuid"),
                key(groupBy, "operation", "operation", "text"),
                key(groupBy, "outcome", "outcome", "text"),
                key(groupBy, "thread", "thread_id", "text"),
                COUNTS,
                filter.text(),
                columns.length() == 0 ? "()" : columns.toString(),
                MAX_ROWS + 1);
    }

    private static String key(Set<String> groupBy, String key, String column, String type) {
        return groupBy.contains(key) ? column : "null::" + type + " as " + column;
    }

    private static UsageRow row(ResultSet row) throws SQLException {
        String outcome = row.getString("outcome");
        return new UsageRow()
                .startedAt(row.getObject("started_at", OffsetDateTime.class))
                .modelId(row.getObject("model_id", UUID.class))
                .modelName(row.getString("model_name"))
                .providerId(row.getObject("provider_id", UUID.class))
                .providerName(row.getString("provider_name"))
                .apiTokenId(row.getObject("token_id", UUID.class))
                .apiTokenDescription(row.getString("api_token_description"))
                .userId(row.getObject("user_id", UUID.class))
                .userName(row.getString("user_name"))
                .operation(StoredCodes.known(CallOperation.values(), row.getString("operation")))
                .outcome(outcome == null ? null : CallOutcome.fromValue(outcome))
                .threadId(row.getString("thread_id"))
                .calls(row.getLong("calls"))
                .errors(row.getLong("errors"))
                .inputTokens(row.getLong("input_tokens"))
                .cachedInputTokens(row.getLong("cached_input_tokens"))
                .cacheWriteTokens(row.getLong("cache_write_tokens"))
                .cacheWrite5mTokens(row.getLong("cache_write_5m_tokens"))
                .cacheWrite1hTokens(row.getLong("cache_write_1h_tokens"))
                .outputTokens(row.getLong("output_tokens"))
                .reasoningTokens(row.getLong("reasoning_tokens"))
                .webSearchRequests(row.getLong("web_search_requests"))
                .webFetchRequests(row.getLong("web_fetch_requests"))
                .unknownUsageCalls(row.getLong("unknown_usage_calls"))
                .averageDurationMs(row.getObject("duration_ms", Double.class))
                .averageTimeToFirstByteMs(row.getObject("time_to_first_byte_ms", Double.class));
    }

    private static ProblemException invalidRequest(String parameter, String detail) {
        return new ProblemException(
                ProblemKind.INVALID_REQUEST,
                "The request is invalid; see errors.",
                List.of(new Violation().parameter(parameter).detail(detail)));
    }
}
