package io.agyn.console.usage;

import io.agyn.api.model.UsageRecord;
import io.agyn.api.model.UsageRow;
import io.agyn.console.rendering.Csv;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CSV files of the page's data. Columns have the names of the contract. */
final class UsageFiles {
    private UsageFiles() {}

    /** The data of the charts. */
    static Csv metrics(@Nullable Group group, List<UsageRow> rows) {
        Csv csv = new Csv(List.of(
                "started_at",
                "group_by",
                "group_id",
                "group_name",
                "calls",
                "errors",
                "input_tokens",
                "cached_input_tokens",
                "cache_write_tokens",
                "output_tokens",
                "reasoning_tokens",
                "average_duration_ms",
                "average_time_to_first_byte_ms",
                "cache_write_5m_tokens",
                "cache_write_1h_tokens",
                "web_search_requests",
                "web_fetch_requests",
                "unknown_usage_calls"));
        for (UsageRow row : rows) {
            csv.row(
                    row.getStartedAt().toInstant(),
                    group == null ? null : group.code(),
                    group == null ? null : group.value(row),
                    group == null ? null : group.name(row),
                    row.getCalls(),
                    row.getErrors(),
                    row.getInputTokens(),
                    row.getCachedInputTokens(),
                    row.getCacheWriteTokens(),
                    row.getOutputTokens(),
                    row.getReasoningTokens(),
                    row.getAverageDurationMs(),
                    row.getAverageTimeToFirstByteMs(),
                    row.getCacheWrite5mTokens(),
                    row.getCacheWrite1hTokens(),
                    row.getWebSearchRequests(),
                    row.getWebFetchRequests(),
                    row.getUnknownUsageCalls());
        }
        return csv;
    }

    static Csv calls(List<UsageRecord> calls) {
        Csv csv = new Csv(List.of(
                "started_at",
                "request_id",
                "model_id",
                "model_name",
                "provider_id",
                "provider_name",
                "user_id",
                "api_token_id",
                "protocol",
                "streamed",
                "outcome",
                "status",
                "duration_ms",
                "time_to_first_byte_ms",
                "input_tokens",
                "cached_input_tokens",
                "cache_write_tokens",
                "output_tokens",
                "reasoning_tokens",
                "operation",
                "cache_write_5m_tokens",
                "cache_write_1h_tokens",
                "web_search_requests",
                "web_fetch_requests",
                "service_tier",
                "usage_unknown_reason"));
        for (UsageRecord call : calls) {
            csv.row(
                    call.getStartedAt().toInstant(),
                    call.getRequestId(),
                    call.getModelId(),
                    call.getModelName(),
                    call.getProviderId(),
                    call.getProviderName(),
                    call.getUserId(),
                    call.getApiTokenId(),
                    call.getProtocol(),
                    call.getStreamed(),
                    call.getOutcome(),
                    call.getStatus(),
                    call.getDurationMs(),
                    call.getTimeToFirstByteMs(),
                    call.getInputTokens(),
                    call.getCachedInputTokens(),
                    call.getCacheWriteTokens(),
                    call.getOutputTokens(),
                    call.getReasoningTokens(),
                    call.getOperation(),
                    call.getCacheWrite5mTokens(),
                    call.getCacheWrite1hTokens(),
                    call.getWebSearchRequests(),
                    call.getWebFetchRequests(),
                    call.getServiceTier(),
                    call.getUsageUnknownReason());
        }
        return csv;
    }
}
