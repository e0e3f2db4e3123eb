package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.Listing.Page;
import io.agyn.sdk.api.UsageApi;
import io.agyn.sdk.model.UsageRecord;
import io.agyn.sdk.model.UsageRecordList;
import io.agyn.sdk.model.UsageReport;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The tokens and calls that an organization has used. */
public final class Usage {
    private final UUID organizationId;
    private final UsageApi api;
    private final Exchange exchange;

    Usage(UUID organizationId, UsageApi api, Exchange exchange) {
        this.organizationId = requireNonNull(organizationId, "organizationId is null");
        this.api = requireNonNull(api, "api is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /**
     * Aggregates calls, by default of the last 24 hours.
     *
     * @param selection the calls to aggregate
     * @param groupBy the dimensions of a row; without any, one row covers all calls
     * @return the totals, one row per group
     * @throws InvalidRequestException if the time range ends before it starts or is too long to aggregate, or if the
     *     result has more than 10000 rows
     * @throws NotFoundException if there is no such organization
     */
    public UsageReport sum(UsageSelection selection, UsageGroup... groupBy) {
        requireNonNull(selection, "selection is null");
        Set<String> groups =
                Arrays.stream(groupBy).map(UsageGroup::value).collect(Collectors.toCollection(LinkedHashSet::new));
        return exchange.read(() -> api.getUsageWithHttpInfo(
                organizationId,
                selection.from(),
                selection.to(),
                groups.isEmpty() ? null : groups,
                selection.modelId(),
                selection.providerId(),
                selection.userId(),
                selection.apiTokenId(),
                selection.outcome(),
                selection.operation(),
                selection.threadId()));
    }

    /**
     * Lists calls, newest first; all stored calls unless the selection has a time range.
     *
     * @param selection the calls to list
     * @return the calls, fetched while iterating
     */
    public Listing<UsageRecord> records(UsageSelection selection) {
        requireNonNull(selection, "selection is null");
        return new Listing<>((pageSize, pageToken) -> {
            UsageRecordList page = exchange.read(() -> api.listUsageRecordsWithHttpInfo(
                    organizationId,
                    pageSize,
                    pageToken,
                    selection.from(),
                    selection.to(),
                    selection.modelId(),
                    selection.providerId(),
                    selection.userId(),
                    selection.apiTokenId(),
                    selection.outcome(),
                    selection.operation(),
                    selection.threadId()));
            return new Page<>(page.getItems(), page.getNextPageToken());
        });
    }
}
