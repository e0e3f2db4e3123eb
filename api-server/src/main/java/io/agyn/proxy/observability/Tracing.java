package io.agyn.proxy.observability;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Protocol;
import io.agyn.operator.OperatorException;
import io.agyn.proxy.dialect.Operation;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.agyn.usage.Outcome;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.vertx.core.MultiMap;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Spans of calls, by OpenTelemetry's
 * <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">conventions for generative AI</a>. A span
 * continues the caller's trace (W3C Trace Context), and the provider's span continues it. OpenTelemetry's standard
 * variables ({@code OTEL_*}) configure sampling, resource and exporter. Without a collector or exporter there are no spans,
 * and the caller's {@code traceparent} passes unchanged.
 */
@Singleton
public class Tracing {
    private static final String SERVICE_NAME = "agyn-llm-proxy";
    private static final AttributeKey<String> SERVICE = stringKey("service.name");
    private static final AttributeKey<String> OPERATION = stringKey("gen_ai.operation.name");
    private static final AttributeKey<String> PROVIDER = stringKey("gen_ai.provider.name");
    private static final AttributeKey<String> MODEL = stringKey("gen_ai.request.model");
    private static final AttributeKey<Long> INPUT_TOKENS = longKey("gen_ai.usage.input_tokens");
    private static final AttributeKey<Long> OUTPUT_TOKENS = longKey("gen_ai.usage.output_tokens");
    private static final AttributeKey<Long> STATUS = longKey("http.response.status_code");
    private static final AttributeKey<String> ERROR = stringKey("error.type");
    private static final AttributeKey<String> REQUEST_ID = stringKey("agyn.request_id");
    private static final AttributeKey<String> ORGANIZATION_ID = stringKey("agyn.organization_id");
    private static final AttributeKey<String> LLM_PROVIDER = stringKey("agyn.llm_provider");
    private static final AttributeKey<String> OUTCOME = stringKey("agyn.outcome");

    private static final TextMapGetter<MultiMap> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(MultiMap headers) {
            return headers.names();
        }

        @Override
        public @Nullable String get(@Nullable MultiMap headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    private final Optional<Exporting> exporting;

    private record Exporting(OpenTelemetrySdk sdk, Tracer tracer, TextMapPropagator propagator) {
        Exporting(OpenTelemetrySdk sdk) {
            this(sdk, sdk.getTracer("io.agyn.proxy"), sdk.getPropagators().getTextMapPropagator());
        }
    }

    @Inject
    public Tracing(Settings settings) {
        requireNonNull(settings, "settings is null");
        Optional<String> endpoint = settings.otlpEndpoint().filter(url -> !url.isBlank());
        exporting = isOn(endpoint) ? Optional.of(new Exporting(sdk(endpoint))) : Optional.empty();
    }

    /** The trace of a call, from its arrival to its usage record. */
    public interface Trace {
        /** For calls that are not traced. */
        Trace NONE = new Trace() {};

        /** Adds the headers that let the provider continue the trace. */
        default void inject(MultiMap headers) {}

        default void end(CallRecord call) {}
    }

    public Trace begin(Operation operation, MultiMap headers) {
        return exporting.isEmpty() ? Trace.NONE : begin(exporting.get(), operation, headers);
    }

    @PreDestroy
    public void close() {
        exporting.ifPresent(to -> to.sdk().shutdown().join(5, TimeUnit.SECONDS));
    }

    private static Trace begin(Exporting to, Operation operation, MultiMap headers) {
        Span span = to.tracer()
                .spanBuilder(name(operation))
                .setSpanKind(SpanKind.SERVER)
                .setParent(to.propagator().extract(Context.root(), headers, GETTER))
                .startSpan();
        return new SpanOfCall(span, to.propagator(), operation);
    }

    /** Without a collector or exporter OpenTelemetry's classes are not even loaded. */
    private static boolean isOn(Optional<String> endpoint) {
        String exporter = variable("otel.traces.exporter").orElse("");
        boolean isDisabled = exporter.equals("none")
                || variable("otel.sdk.disabled").orElse("").equalsIgnoreCase("true");
        return !isDisabled
                && (endpoint.isPresent()
                        || !exporter.isEmpty()
                        || variable("otel.exporter.otlp.endpoint").isPresent()
                        || variable("otel.exporter.otlp.traces.endpoint").isPresent());
    }

    private static Optional<String> variable(String property) {
        return ConfigProvider.getConfig()
                .getOptionalValue(property, String.class)
                .map(String::strip);
    }

    private static OpenTelemetrySdk sdk(Optional<String> endpoint) {
        Map<String, String> defaults = new HashMap<>(Map.of(
                "otel.exporter.otlp.protocol", "http/protobuf",
                "otel.logs.exporter", "none",
                "otel.metrics.exporter", "none",
                // Baggage passes as other headers do.
                "otel.propagators", "tracecontext"));
        endpoint.ifPresent(url -> defaults.put("otel.exporter.otlp.endpoint", url));
        try {
            return AutoConfiguredOpenTelemetrySdk.builder()
                    // The container closes it.
                    .disableShutdownHook()
                    .addPropertiesSupplier(() -> defaults)
                    .addResourceCustomizer((resource, _) -> named(resource))
                    .build()
                    .getOpenTelemetrySdk();
        } catch (RuntimeException e) {
            // Without the cause, whose message may contain a header with a credential.
            throw new OperatorException(
                    "Traces cannot be exported as the OTEL_ variables say: the protocol is http/protobuf,"
                            + " the exporter otlp, and headers are written as name=value,name=value.");
        }
    }

    private static Resource named(Resource resource) {
        String name = resource.getAttribute(SERVICE);
        return name == null || name.startsWith("unknown_service")
                ? resource.merge(Resource.create(Attributes.of(SERVICE, SERVICE_NAME)))
                : resource;
    }

    private static String name(Operation operation) {
        return switch (operation) {
            case CREATE_RESPONSE, CREATE_MESSAGE -> "chat";
            case COUNT_INPUT_TOKENS, COUNT_MESSAGE_TOKENS -> "count_tokens";
            case COMPACT_RESPONSE -> "compact";
            default -> operation.recorded().toString();
        };
    }

    private static String provider(Protocol protocol) {
        return switch (protocol) {
            case RESPONSES -> "openai";
            case ANTHROPIC_MESSAGES -> "anthropic";
        };
    }

    private record SpanOfCall(Span span, TextMapPropagator propagator, Operation operation) implements Trace {
        @Override
        public void inject(MultiMap headers) {
            propagator.inject(Context.root().with(span), headers, (to, name, value) -> headers.set(name, value));
        }

        @Override
        public void end(CallRecord call) {
            span.setAttribute(OPERATION, name(operation));
            span.setAttribute(PROVIDER, provider(call.protocol()));
            span.setAttribute(REQUEST_ID, call.requestId());
            span.setAttribute(OUTCOME, call.outcome().code());
            if (call.organizationId() != null) {
                span.setAttribute(ORGANIZATION_ID, call.organizationId().toString());
            }
            if (call.model() != null) {
                span.updateName(name(operation) + " " + call.model());
                span.setAttribute(MODEL, call.model());
            }
            if (call.provider() != null) {
                span.setAttribute(LLM_PROVIDER, call.provider());
            }
            set(STATUS, call.status() == null ? null : Long.valueOf(call.status()));
            set(INPUT_TOKENS, call.usage().inputTokens());
            set(OUTPUT_TOKENS, call.usage().outputTokens());
            if (call.outcome() != Outcome.COMPLETED) {
                span.setAttribute(
                        ERROR,
                        call.status() != null && call.status() >= 400
                                ? call.status().toString()
                                : call.outcome().code());
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }

        private void set(AttributeKey<Long> key, @Nullable Long value) {
            if (value != null) {
                span.setAttribute(key, value);
            }
        }
    }
}
