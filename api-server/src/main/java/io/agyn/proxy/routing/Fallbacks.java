package io.agyn.proxy.routing;

import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The other targets of a model, and how a call chooses among all.
 *
 * @param isWeighted whether the weights decide; otherwise the order
 * @param retriesTimeouts whether a call goes to the next target after a time-out
 * @param weight the weight of the model's own target
 * @param others the other targets that can be called, in order; empty if none can
 * @param rows the LLM providers, secrets and secret providers of all fallbacks, also of those that cannot be called
 */
public record Fallbacks(
        boolean isWeighted, boolean retriesTimeouts, int weight, List<Weighted> others, Set<UUID> rows) {
    public Fallbacks {
        others = List.copyOf(others);
        rows = Set.copyOf(rows);
    }

    /**
     * A target with its weight.
     *
     * @param weight from 1 to 1000
     */
    public record Weighted(Target target, int weight) {}
}
