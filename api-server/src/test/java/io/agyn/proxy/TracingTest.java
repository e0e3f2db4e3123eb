package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.agyn.api.model.CallOperation;
import io.agyn.api.model.Protocol;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Uses a collector that keeps the received spans. */
class TracingTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @Test
    void aCallContinuesTheCallersTraceAndTheProviderContinuesIt() throws Exception {
        BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            InputStream plain = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                    ? new GZIPInputStream(new ByteArrayInputStream(body))
                    : new ByteArrayInputStream(body);
            received.add(plain.readAllBytes());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try {
            Settings settings = SettingsReader.read(Map.of(
                    "agyn.otlp-endpoint",
                    "http://127.0.0.1:" + collector.getAddress().getPort()));
            Tracing tracing = new Tracing(settings);
            Tracing.Trace trace = tracing.begin(
                    Operation.CREATE_RESPONSE, HttpHeaders.headers().add("traceparent", PARENT));
            MultiMap toProvider = HttpHeaders.headers().add("traceparent", PARENT);
            trace.inject(toProvider);
            trace.end(call());
            tracing.close();

            assertThat(toProvider.get("traceparent"))
                    .startsWith("00-" + TRACE + "-")
                    .isNotEqualTo(PARENT);
            byte[] spans = received.poll(10, TimeUnit.SECONDS);
            assertThat(spans).as("what the collector received").isNotNull();
            String text = new String(spans, ISO_8859_1);
            assertThat(text)
                    .contains(new String(HexFormat.of().parseHex(TRACE), ISO_8859_1))
                    .contains("chat gpt-4o")
                    .contains("gen_ai.request.model")
                    .contains("agyn-llm-proxy");
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void withoutACollectorTheCallersTraceparentPassesAsItIs() {
        Tracing tracing = new Tracing(SettingsReader.read(Map.of()));
        MultiMap toProvider = HttpHeaders.headers().add("traceparent", PARENT);
        Tracing.Trace trace = tracing.begin(Operation.CREATE_RESPONSE, toProvider);
        trace.inject(toProvider);
        assertThat(toProvider.get("traceparent")).isEqualTo(PARENT);
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
                Outcome.COMPLETED);
    }
}
