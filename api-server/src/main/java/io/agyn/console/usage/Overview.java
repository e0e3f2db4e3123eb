package io.agyn.console.usage;

import io.agyn.api.model.UsageRecord;
import io.agyn.api.model.UsageRow;
import io.agyn.console.charts.Chart;
import io.agyn.console.forms.Option;
import io.agyn.console.lists.ListPage;
import java.util.List;

/**
 * What the page shows of usage.
 *
 * @param total the sums of all calls that are asked for
 * @param charts what they were over time
 * @param groups the sums of each group; empty where nothing is grouped by
 * @param models the models that were called at that time
 * @param chosen the filters that have no field of their own
 * @param calls the calls, the newest first
 */
public record Overview(
        UsageRow total,
        List<Chart> charts,
        List<UsageRow> groups,
        List<Option> models,
        List<Chosen> chosen,
        ListPage<UsageRecord> calls) {
    /**
     * A filter that has no field of its own.
     *
     * @param group what it chooses one of
     * @param name the name of what is chosen
     */
    public record Chosen(Group group, String name) {}
}
