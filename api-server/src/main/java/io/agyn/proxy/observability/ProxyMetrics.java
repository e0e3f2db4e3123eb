package io.agyn.proxy.observability;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.UsageUnknownReason;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.routing.Callers;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.Routes;
import io.agyn.proxy.stored.StoredObjects;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.agyn.usage.ingest.CallRecords;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The proxy's metrics at {@code /q/metrics}, with the names and buckets of OpenTelemetry's <a
 * href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/">conventions for generative AI</a> where
 * they exist. No label has values that callers can invent, so the number of series is bounded.
 */
@Singleton
public class ProxyMetrics {
    private static final Duration[] DURATIONS = DoubleStream.of(
                    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
            .mapToObj(seconds -> Duration.ofMillis(Math.round(1000 * seconds)))
            .toArray(Duration[]::new);
    private static final double[] TOKENS = {
        1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864
    };

    private final Map<Operation, Map<Outcome, Timer>> durations = new EnumMap<>(Operation.class);
    private final Map<Operation, Timer> firstBytes = new EnumMap<>(Operation.class);
    private final Map<ProxyError.Kind, Counter> errors = new EnumMap<>(ProxyError.Kind.class);
    private final Map<FallbackReason, Counter> fallbacks = new EnumMap<>(FallbackReason.class);
    private final Map<UsageUnknownReason, Counter> unknownUsage = new EnumMap<>(UsageUnknownReason.class);
    private final DistributionSummary input;
    private final DistributionSummary cachedInput;
    private final DistributionSummary cacheWrite;
    private final DistributionSummary output;
    private final DistributionSummary reasoning;
    private final Counter keepAlives;

    ProxyMetrics(MeterRegistry registry, Callers callers, Routes routes, CallRecords records, StoredObjects objects) {
        requireNonNull(registry, "registry is null");
        requireNonNull(callers, "callers is null");
        requireNonNull(routes, "routes is null");
        requireNonNull(records, "records is null");
        requireNonNull(objects, "objects is null");
        for (Operation operation : Operation.values()) {
            Map<Outcome, Timer> timers = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                timers.put(outcome, duration(registry, operation, outcome));
            }
            durations.put(operation, timers);
            firstBytes.put(operation, firstByte(registry, operation));
        }
        for (ProxyError.Kind kind : ProxyError.Kind.values()) {
            errors.put(
                    kind,
                    Counter.builder("agyn.proxy.errors")
                            .description("Errors that the proxy itself returned, by type")
                            .tag("error.type", kind.code())
                            .register(registry));
        }
        for (FallbackReason reason : FallbackReason.values()) {
            fallbacks.put(
                    reason,
                    Counter.builder("agyn.proxy.fallbacks")
                            .description(
                                    "Calls that went to another target of their model, by the failure of the last one")
                            .tag("reason", reason.code())
                            .register(registry));
        }
        for (UsageUnknownReason reason : UsageUnknownReason.values()) {
            unknownUsage.put(
                    reason,
                    Counter.builder("agyn.usage.unknown")
                            .description(
                                    "Calls whose usage is not in the LLM provider's response, or could not be read from it")
                            .tag("reason", reason.toString())
                            .register(registry));
        }
        input = tokens(registry, "input");
        cachedInput = tokens(registry, "cached_input");
        cacheWrite = tokens(registry, "cache_write");
        output = tokens(registry, "output");
        reasoning = tokens(registry, "reasoning");
        keepAlives = Counter.builder("agyn.proxy.keep_alives")
                .description("Keep-alives sent to callers while LLM providers were silent")
                .register(registry);
        cacheMetrics(registry, "callers", callers, Callers::size, Callers::lookupCount);
        cacheMetrics(registry, "routes", routes, Routes::size, Routes::lookupCount);
        gauge(registry, "agyn.usage.queued", "Records of calls that wait for the spool", records::queued);
        gauge(registry, "agyn.usage.spooled.bytes", "Records that wait for the database", records::spooledBytes);
        FunctionCounter.builder("agyn.usage.dropped", records, CallRecords::droppedRecords)
                .description("Records of calls that were dropped because no space was left")
                .register(registry);
        gauge(
                registry,
                "agyn.proxy.stored_objects.queued",
                "New stored objects that wait for the database",
                objects::queued);
        FunctionCounter.builder("agyn.proxy.stored_objects.dropped", objects, StoredObjects::droppedObjects)
                .description("New stored objects that cannot be retrieved, because too many waited for the database")
                .register(registry);
    }

    /** Counts an ended call. */
    public void count(Operation operation, CallRecord call) {
        meter(meter(durations, operation), call.outcome()).record(call.duration());
        if (call.timeToFirstByte() != null) {
            meter(firstBytes, operation).record(call.timeToFirstByte());
        }
        countTokens(call.usage());
        if (call.usage().unknownReason() != null) {
            meter(unknownUsage, call.usage().unknownReason()).increment();
        }
    }

    /** Counts the tokens of a call, when it ends or when its pending record is completed. */
    public void countTokens(CallUsage usage) {
        count(input, usage.inputTokens());
        count(cachedInput, usage.cachedInputTokens());
        count(cacheWrite, usage.cacheWriteTokens());
        count(output, usage.outputTokens());
        count(reasoning, usage.reasoningTokens());
    }

    public void countKeepAlive() {
        keepAlives.increment();
    }

    /** Counts an error of the proxy. */
    public void count(ProxyError.Kind kind) {
        meter(errors, kind).increment();
    }

    /** Counts a call that goes to another target of its model. */
    public void count(FallbackReason reason) {
        meter(fallbacks, reason).increment();
    }

    /** The constructor registers a meter for every constant. */
    private static <K, M> M meter(Map<K, M> meters, K key) {
        return requireNonNull(meters.get(key), "no meter");
    }

    private static void count(DistributionSummary summary, @Nullable Long tokens) {
        if (tokens != null) {
            summary.record(tokens);
        }
    }

    private static Timer duration(MeterRegistry registry, Operation operation, Outcome outcome) {
        return Timer.builder("gen_ai.client.operation.duration")
                .description("From a call's arrival to its end")
                .tag("gen_ai.operation.name", operationName(operation))
                .tag("outcome", name(outcome))
                .serviceLevelObjectives(DURATIONS)
                .register(registry);
    }

    private static Timer firstByte(MeterRegistry registry, Operation operation) {
        return Timer.builder("agyn.proxy.time_to_first_byte")
                .description("From a call's arrival to the first byte of the LLM provider's body")
                .tag("gen_ai.operation.name", operationName(operation))
                .serviceLevelObjectives(DURATIONS)
                .register(registry);
    }

    private static DistributionSummary tokens(MeterRegistry registry, String type) {
        return DistributionSummary.builder("gen_ai.client.token.usage")
                .description("Tokens that LLM providers counted, each in one class")
                .tag("gen_ai.token.type", type)
                .serviceLevelObjectives(TOKENS)
                .register(registry);
    }

    private static void gauge(MeterRegistry registry, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    private static <T> void cacheMetrics(
            MeterRegistry registry, String cache, T source, ToDoubleFunction<T> size, ToDoubleFunction<T> lookups) {
        Gauge.builder("agyn.proxy.cache.size", source, size)
                .description("Lookups that the cache served")
                .tag("cache", cache)
                .register(registry);
        FunctionCounter.builder("agyn.proxy.cache.misses", source, lookups)
                .description("Lookups that queried the database")
                .tag("cache", cache)
                .register(registry);
    }

    /** The operations of stored objects share their meters, which would otherwise be most of all series. */
    private static String operationName(Operation operation) {
        return operation.reportsUsage() ? name(operation) : "stored_object";
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
