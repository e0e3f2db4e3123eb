package io.agyn.console.usage;

import io.agyn.api.model.UsageRecord;
import io.agyn.api.model.UsageRow;
import io.agyn.console.charts.Chart;
import io.agyn.console.forms.Option;
import io.agyn.console.lists.ListPage;
import java.util.List;

/**
 * The content of the usage page.
 *
 * @param total the sums of all matching calls
 * @param groups the sums of each group; empty without grouping
 * @param models the models that were called in the period
 * @param chosen the filters without a field
 * @param calls the matching calls, newest first
 */
public record Overview(
        UsageRow total,
        List<Chart> charts,
        List<UsageRow> groups,
        List<Option> models,
        List<Chosen> chosen,
        ListPage<UsageRecord> calls) {
    /**
     * A filter without a field.
     *
     * @param name the name of the filtered provider or user
     */
    public record Chosen(Group group, String name) {}
}
