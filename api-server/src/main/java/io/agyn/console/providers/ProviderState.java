package io.agyn.console.providers;

import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.UsageRow;
import org.jspecify.annotations.Nullable;

/**
 * The status of an LLM provider.
 *
 * @param badge the badge's CSS class: good, warn, bad, or empty
 */
public record ProviderState(String text, String badge) {
    /**
     * Derives the status from recent calls.
     *
     * @param recent null without recent calls
     */
    static ProviderState of(LlmProvider provider, @Nullable UsageRow recent) {
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
