package io.agyn.usage.query;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.CallOutcome;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.UsageRecord;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.storage.Paging.Page;
import io.agyn.storage.Paging.Position;
import io.agyn.storage.Paging.Request;
import io.agyn.storage.SqlCondition;
import io.agyn.usage.ingest.CopyLines;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

@Singleton
final class UsageRecords {
    private static final String PAGE =
            "select " + CopyLines.COLUMNS + " from usage_record where %s order by started_at desc, id desc limit ?";

    private final DataSource dataSource;

    UsageRecords(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    /** Returns a page of the records that match a filter, newest first. */
    Page<UsageRecord> read(SqlCondition all, Request request) throws SQLException {
        SqlCondition filter = request.token() == null ? all : after(all, Position.of(request.token()));
        List<UsageRecord> found = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(PAGE.formatted(filter.text()))) {
            query.setInt(filter.set(query), request.size() + 1);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(record(row));
                }
            }
        }
        if (found.size() <= request.size()) {
            return new Page<>(found, null);
        }
        List<UsageRecord> items = found.subList(0, request.size());
        UsageRecord last = items.getLast();
        return new Page<>(items, new Position(last.getStartedAt().toInstant(), last.getId()).token());
    }

    private static SqlCondition after(SqlCondition filter, Position position) {
        // The first condition lets the planner exclude partitions.
        return filter.and("started_at <= ?", position.createdAt().atOffset(ZoneOffset.UTC))
                .before("started_at", position);
    }

    private static UsageRecord record(ResultSet row) throws SQLException {
        return new UsageRecord()
                .id(row.getObject("id", UUID.class))
                .startedAt(row.getObject("started_at", OffsetDateTime.class))
                .requestId(row.getString("request_id"))
                .organizationId(row.getObject("organization_id", UUID.class))
                .modelId(row.getObject("model_id", UUID.class))
                .modelName(row.getString("model"))
                .providerId(row.getObject("provider_id", UUID.class))
                .providerName(row.getString("provider"))
                .apiTokenId(row.getObject("token_id", UUID.class))
                .userId(row.getObject("user_id", UUID.class))
                .protocol(Protocol.fromValue(row.getString("protocol")))
                .operation(StoredCodes.known(CallOperation.values(), row.getString("operation")))
                .streamed(row.getBoolean("streamed"))
                .inputTokens(row.getObject("input_tokens", Long.class))
                .cachedInputTokens(row.getObject("cached_input_tokens", Long.class))
                .cacheWriteTokens(row.getObject("cache_write_tokens", Long.class))
                .cacheWrite5mTokens(row.getObject("cache_write_5m_tokens", Long.class))
                .cacheWrite1hTokens(row.getObject("cache_write_1h_tokens", Long.class))
                .outputTokens(row.getObject("output_tokens", Long.class))
                .reasoningTokens(row.getObject("reasoning_tokens", Long.class))
                .webSearchRequests(row.getObject("web_search_requests", Long.class))
                .webFetchRequests(row.getObject("web_fetch_requests", Long.class))
                .serviceTier(row.getString("service_tier"))
                .usageUnknownReason(
                        StoredCodes.known(UsageUnknownReason.values(), row.getString("usage_unknown_reason")))
                .timeToFirstByteMs(millis(row.getObject("time_to_first_byte_us", Long.class)))
                .durationMs(millis(row.getObject("duration_us", Long.class)))
                .status(row.getObject("status", Integer.class))
                .outcome(CallOutcome.fromValue(row.getString("outcome")))
                .threadId(row.getString("thread_id"));
    }

    private static @Nullable Double millis(@Nullable Long micros) {
        return micros == null ? null : micros / 1_000.0;
    }
}
