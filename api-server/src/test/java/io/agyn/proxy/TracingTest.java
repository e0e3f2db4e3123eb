package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.agyn.api.model.CallOperation;
import io.agyn.api.model.Protocol;
import io.agyn.operator.OperatorException;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.observability.Tracing;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uses a collector that keeps the received requests. */
@Timeout(30)
class TracingTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    private final BlockingQueue<Request> received = new LinkedBlockingQueue<>();
    private final Set<String> changed = new HashSet<>();
    private HttpServer collector;

    private record Request(Headers headers, String body) {}

    @BeforeEach
    void startCollector() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            InputStream plain = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                    ? new GZIPInputStream(new ByteArrayInputStream(body))
                    : new ByteArrayInputStream(body);
            received.add(new Request(exchange.getRequestHeaders(), new String(plain.readAllBytes(), ISO_8859_1)));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void stopCollector() {
        collector.stop(0);
        changed.forEach(System::clearProperty);
    }

    @Test
    void callContinuesTheCallersTraceAndTheProviderContinuesIt() throws Exception {
        MultiMap toProvider = HttpHeaders.headers().add("traceparent", PARENT);
        Request request = trace(SettingsReader.read(Map.of("agyn.otlp-endpoint", origin())), toProvider);

        assertThat(toProvider.get("traceparent"))
                .startsWith("00-" + TRACE + "-")
                .isNotEqualTo(PARENT);
        assertThat(request.body())
                .contains(new String(HexFormat.of().parseHex(TRACE), ISO_8859_1))
                .contains("chat gpt-4o")
                .contains("gen_ai.request.model")
                .contains("agyn-llm-proxy");
    }

    @Test
    void openTelemetrysVariablesConfigureTheExport() throws Exception {
        set("otel.exporter.otlp.endpoint", origin());
        set("otel.exporter.otlp.headers", "authorization=Bearer%20collector-token");
        set("otel.service.name", "models");
        set("otel.resource.attributes", "deployment.environment.name=staging");

        Request request = trace(SettingsReader.read(Map.of()), HttpHeaders.headers());

        assertThat(request.headers().getFirst("Authorization")).isEqualTo("Bearer collector-token");
        assertThat(request.body())
                .contains("models", "deployment.environment.name", "staging")
                .doesNotContain("agyn-llm-proxy");
    }

    @Test
    void callsOutsideTheSampleAreNotExported() throws Exception {
        set("otel.exporter.otlp.traces.endpoint", origin() + "/v1/traces");
        set("otel.traces.sampler", "always_off");
        MultiMap toProvider = HttpHeaders.headers();
        Tracing tracing = new Tracing(SettingsReader.read(Map.of()));
        Tracing.Trace trace = tracing.begin(Operation.CREATE_RESPONSE, HttpHeaders.headers());
        trace.inject(toProvider);
        trace.end(call());
        tracing.close();

        assertThat(toProvider.get("traceparent")).endsWith("-00");
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"otel.traces.exporter,none", "otel.sdk.disabled,true"})
    void tracesAreTurnedOffByOpenTelemetrysVariables(String property, String value) {
        set(property, value);
        assertIsOff(SettingsReader.read(Map.of("agyn.otlp-endpoint", origin())));
    }

    @Test
    void withoutACollectorTheCallersTraceparentPassesUnchanged() {
        assertIsOff(SettingsReader.read(Map.of()));
    }

    @Test
    void invalidHeadersStopTheStartAndStayOutOfItsMessage() {
        set("otel.exporter.otlp.headers", "the-token-of-the-collector");
        assertThatThrownBy(() -> new Tracing(SettingsReader.read(Map.of("agyn.otlp-endpoint", origin()))))
                .isInstanceOf(OperatorException.class)
                .hasNoCause()
                .hasMessageContaining("OTEL_")
                .hasMessageNotContaining("the-token-of-the-collector");
    }

    private Request trace(Settings settings, MultiMap toProvider) throws InterruptedException {
        Tracing tracing = new Tracing(settings);
        Tracing.Trace trace =
                tracing.begin(Operation.CREATE_RESPONSE, HttpHeaders.headers().add("traceparent", PARENT));
        trace.inject(toProvider);
        trace.end(call());
        tracing.close();
        Request request = received.poll(10, TimeUnit.SECONDS);
        assertThat(request).as("the collector's request").isNotNull();
        return request;
    }

    private static void assertIsOff(Settings settings) {
        MultiMap toProvider = HttpHeaders.headers().add("traceparent", PARENT);
        Tracing.Trace trace = new Tracing(settings).begin(Operation.CREATE_RESPONSE, toProvider);
        trace.inject(toProvider);
        assertThat(trace).isSameAs(Tracing.Trace.NONE);
        assertThat(toProvider.get("traceparent")).isEqualTo(PARENT);
    }

    private String origin() {
        return "http://127.0.0.1:" + collector.getAddress().getPort();
    }

    /** Sets a system property until the test ends. */
    private void set(String property, String value) {
        System.setProperty(property, value);
        changed.add(property);
    }

    private static CallRecord call() {
        UUID id = UUID.randomUUID();
        return new CallRecord(
                id,
                Instant.now(),
                "request-1",
                id,
                id,
                "gpt-4o",
                id,
                "openai-prod",
                id,
                id,
                Protocol.RESPONSES,
                CallOperation.CREATE_RESPONSE,
                false,
                new CallUsage(17L, 8L, null, null, null, 12L, 4L, null, null, null, null),
                Duration.ofMillis(5),
                Duration.ofMillis(6),
                200,
                Outcome.COMPLETED,
                null);
    }
}
