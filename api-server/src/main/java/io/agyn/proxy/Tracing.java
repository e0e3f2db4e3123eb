package io.agyn.proxy;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Protocol;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.agyn.usage.Outcome;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.vertx.core.MultiMap;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Traces calls with OpenTelemetry's <a
 * href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">conventions for generative AI</a>, and
 * sends the spans to a collector by OTLP if the operator configures one. A span continues the caller's trace (W3C
 * Trace Context), and the provider's span continues it. Without a collector, the caller's trace headers pass
 * unchanged.
 */
@Singleton
class Tracing {
    private static final TextMapPropagator PROPAGATOR = W3CTraceContextPropagator.getInstance();
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
        public String get(MultiMap headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    private final Optional<SdkTracerProvider> provider;
    private final Optional<Tracer> tracer;

    @Inject
    Tracing(Settings settings) {
        requireNonNull(settings, "settings is null");
        provider = settings.otlpEndpoint().filter(url -> !url.isBlank()).map(Tracing::provider);
        tracer = provider.map(sdk -> sdk.get("io.agyn.proxy"));
    }

    /** The trace of a call, from its arrival to its usage record. */
    interface Trace {
        /** For calls that are not traced. */
        Trace NONE = new Trace() {};

        /** Adds the headers with which the provider continues the trace. */
        default void inject(MultiMap headers) {}

        default void end(CallRecord call) {}
    }

    Trace begin(Operation operation, MultiMap headers) {
        return tracer.isEmpty() ? Trace.NONE : new SpanOfCall(span(tracer.get(), operation, headers), operation);
    }

    @PreDestroy
    void close() {
        provider.ifPresent(sdk -> sdk.shutdown().join(5, TimeUnit.SECONDS));
    }

    private static Span span(Tracer tracer, Operation operation, MultiMap headers) {
        return tracer.spanBuilder(name(operation))
                .setSpanKind(SpanKind.SERVER)
                .setParent(PROPAGATOR.extract(Context.root(), headers, GETTER))
                .startSpan();
    }

    private static SdkTracerProvider provider(String endpoint) {
        String base = endpoint.replaceAll("/+$", "");
        return SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(stringKey("service.name"), "agyn-llm-proxy"))))
                .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                .setEndpoint(base + "/v1/traces")
                                .build())
                        .build())
                .build();
    }

    private static String name(Operation operation) {
        return switch (operation) {
            case CREATE_RESPONSE, CREATE_MESSAGE -> "chat";
            case COUNT_INPUT_TOKENS, COUNT_MESSAGE_TOKENS -> "count_tokens";
            case COMPACT_RESPONSE -> "compact";
        };
    }

    private static String provider(Protocol protocol) {
        return switch (protocol) {
            case RESPONSES -> "openai";
            case ANTHROPIC_MESSAGES -> "anthropic";
        };
    }

    private record SpanOfCall(Span span, Operation operation) implements Trace {
        @Override
        public void inject(MultiMap headers) {
            PROPAGATOR.inject(Context.root().with(span), headers, (to, name, value) -> to.set(name, value));
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

        private void set(AttributeKey<Long> key, Long value) {
            if (value != null) {
                span.setAttribute(key, value);
            }
        }
    }
}
