package io.agyn.console.providers;

import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.UsageRow;

/**
 * How an LLM provider does.
 *
 * @param text what is shown
 * @param badge the badge's class: good, warn, bad, or an empty one
 */
public record ProviderState(String text, String badge) {
    /**
     * The state of an LLM provider.
     *
     * @param recent its calls of the last minutes, or null where there are none
     */
    static ProviderState of(LlmProvider provider, UsageRow recent) {
        if (provider.getModelCount() == 0) {
            return new ProviderState("no models yet", "warn");
        }
        if (recent == null) {
            return new ProviderState("ready", "");
        }
        long calls = recent.getCalls();
        long errors = recent.getErrors();
        if (errors == 0) {
            return new ProviderState("working", "good");
        }
        return new ProviderState("%d of %d calls failed".formatted(errors, calls), errors == calls ? "bad" : "warn");
    }
}
