package io.agyn.limits.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Moving averages of the tokens of each model's calls on this server, from which new calls are estimated. */
final class TokenAverages {
    private static final int MAX_MODELS = 10_000;
    private static final double WEIGHT = 0.1;
    // Before the first call of a model has ended.
    private static final long FIRST_INPUT = 1_000;
    private static final long FIRST_OUTPUT = 256;
    // A token is about four bytes of English text or code in JSON.
    private static final long BYTES_PER_TOKEN = 4;

    private final Cache<UUID, Average> averages = Caffeine.newBuilder()
            .maximumSize(MAX_MODELS)
            .executor(Runnable::run)
            .build();

    private record Average(double input, double output) {}

    /**
     * Estimates a call.
     *
     * @param bodyLength the bytes of the request's body, or -1
     */
    Estimate estimate(@Nullable UUID modelId, long bodyLength) {
        Average average = modelId == null ? null : averages.getIfPresent(modelId);
        long input = bodyLength >= 0
                ? bodyLength / BYTES_PER_TOKEN
                : average == null ? FIRST_INPUT : Math.round(average.input());
        return new Estimate(1, input, average == null ? FIRST_OUTPUT : Math.round(average.output()));
    }

    /** Notes the tokens of a call that has ended. */
    void add(@Nullable UUID modelId, long input, long output) {
        if (modelId != null) {
            averages.asMap()
                    .merge(
                            modelId,
                            new Average(input, output),
                            (old, last) -> new Average(
                                    old.input() + WEIGHT * (last.input() - old.input()),
                                    old.output() + WEIGHT * (last.output() - old.output())));
        }
    }
}
