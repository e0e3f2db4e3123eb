package io.agyn.llm.models;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.access.Identity;
import io.agyn.api.model.ModelTest;
import io.agyn.api.model.ModelTestFailure;
import io.agyn.api.model.Protocol;
import io.agyn.ids.Uuid7;
import io.agyn.proxy.body.EventSplitter;
import io.agyn.proxy.body.EventTexts;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.body.TokenCounts;
import io.agyn.proxy.exchange.ModelCall;
import io.agyn.proxy.forwarding.ModelCalls;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls a model as an agent would, through the LLM Proxy's code, with the identity of the user who tests it. It
 * blocks.
 */
@Singleton
class ModelTester {
    // Limits the cost; enough for a greeting and some reasoning.
    private static final int MAX_TOKENS = 1024;
    private static final int MAX_CHARACTERS = 65_536;
    private static final int BUFFER_BYTES = 8_192;
    private static final String INTERRUPTED =
            "The LLM provider closed the connection before the response was complete.";
    // Limits the bytes read from a stream, text or not, since a provider may never end it.
    private static final int MAX_BYTES = 1 << 20;
    private static final Duration MAX_STREAM = Duration.ofMinutes(5);
    // The proxy's timeouts end a call earlier, unless they are configured to be longer.
    private static final Duration MAX_CALL = Duration.ofHours(1);

    /**
     * A test to run.
     *
     * @param protocol the protocol of the model's LLM provider
     * @param stream whether to stream the response
     * @param identity the caller
     * @param canceller receives the action that cancels the call if the user disconnects
     */
    record Request(
            UUID organizationId,
            UUID modelId,
            Protocol protocol,
            String prompt,
            boolean stream,
            Identity identity,
            Consumer<Runnable> canceller) {}

    private final ModelCalls calls;
    private final ObjectMapper mapper;

    ModelTester(ModelCalls calls, ObjectMapper mapper) {
        this.calls = requireNonNull(calls, "calls is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
    }

    /**
     * Runs a test.
     *
     * @param texts receives the model's text, piece by piece
     * @return the result
     */
    StreamedTest test(Request request, Consumer<String> texts) {
        String requestId = Uuid7.next().toString();
        FirstText firstText = new FirstText(texts);
        ModelTest test;
        try (ModelCall call =
                calls.begin(request.protocol(), request.identity(), headers(request, requestId), body(request))) {
            request.canceller().accept(call::close);
            test = read(call, request, firstText);
        } catch (IOException e) {
            test = failed(ModelTestFailure.BROKE_OFF, INTERRUPTED);
        }
        return new StreamedTest(test.requestId(requestId).durationMs(firstText.sinceStart()), firstText.afterMs());
    }

    private static Map<String, String> headers(Request request, String requestId) {
        return Map.of(
                "content-type",
                "application/json",
                "x-request-id",
                requestId,
                "x-agyn-organization",
                request.organizationId().toString(),
                request.protocol() == Protocol.ANTHROPIC_MESSAGES ? "anthropic-version" : "accept",
                request.protocol() == Protocol.ANTHROPIC_MESSAGES ? "2023-06-01" : "application/json");
    }

    private byte[] body(Request request) {
        ObjectNode body =
                mapper.createObjectNode().put("model", request.modelId().toString());
        switch (request.protocol()) {
            case RESPONSES -> body.put("input", request.prompt());
            case ANTHROPIC_MESSAGES ->
                body.put("max_tokens", MAX_TOKENS)
                        .putArray("messages")
                        .addObject()
                        .put("role", "user")
                        .put("content", request.prompt());
        }
        if (request.stream()) {
            body.put("stream", true);
        }
        return body.toString().getBytes(UTF_8);
    }

    private ModelTest read(ModelCall call, Request request, FirstText firstText) throws IOException {
        long deadline = System.nanoTime() + MAX_CALL.toNanos();
        int status = call.awaitStatus(MAX_CALL.toNanos());
        ResponseReader reader = new ResponseReader(
                request.protocol(), call.header("content-type").orElse(null), null);
        try (InputStream body = call.body(deadline)) {
            return request.stream() && status / 100 == 2 && reader.isStream()
                    ? readEvents(status, body, reader, firstText)
                    : readWhole(status, call.header("x-agyn-error"), body, reader, request.protocol(), firstText);
        }
    }

    /** Reads a stream: only the start of an endless one, and the received part of an interrupted one. */
    private ModelTest readEvents(int status, InputStream body, ResponseReader reader, FirstText firstText) {
        StringBuilder text = new StringBuilder();
        EventTexts events = new EventTexts(mapper, piece -> {
            text.append(piece);
            firstText.accept(piece);
        });
        EventSplitter splitter = new EventSplitter(events);
        boolean ended = false;
        boolean interrupted = false;
        byte[] bytes = new byte[BUFFER_BYTES];
        long total = 0;
        try {
            while (!ended
                    && text.length() < MAX_CHARACTERS
                    && total < MAX_BYTES
                    && firstText.sinceStart() < MAX_STREAM.toMillis()) {
                int length = body.read(bytes);
                ended = length < 0;
                if (!ended) {
                    total += length;
                    reader.read(bytes, 0, length);
                    splitter.read(bytes, 0, length);
                }
            }
        } catch (IOException e) {
            interrupted = true;
        }
        if (ended) {
            reader.end();
            splitter.end();
        }
        reader.close();
        ModelTest test = counted(new ModelTest().status(status).bodyTruncated(!ended), reader.tokens())
                .text(bounded(text.toString()));
        if (interrupted || (ended && !reader.isTerminated())) {
            return fail(test, ModelTestFailure.BROKE_OFF, INTERRUPTED);
        }
        if (reader.hasFailed()) {
            return fail(
                    test.body(Optional.ofNullable(events.error())
                            .map(ModelTester::bounded)
                            .orElse(null)),
                    ModelTestFailure.PROVIDER_FAILED,
                    "The LLM provider failed during the response: see the last event.");
        }
        return test.succeeded(true);
    }

    private ModelTest readWhole(
            int status,
            Optional<String> proxyError,
            InputStream body,
            ResponseReader reader,
            Protocol protocol,
            FirstText firstText)
            throws IOException {
        // Each character takes at least one byte.
        byte[] bytes = body.readNBytes(MAX_CHARACTERS);
        boolean truncated = body.read() >= 0;
        if (proxyError.isPresent()) {
            return explainProxyError(proxyError.get(), message(bytes));
        }
        reader.read(bytes, 0, bytes.length);
        if (!truncated) {
            reader.end();
        }
        reader.close();
        ModelTest test = counted(
                new ModelTest().status(status).body(new String(bytes, UTF_8)).bodyTruncated(truncated),
                reader.tokens());
        if (status / 100 != 2) {
            return explain(test, status, tree(bytes), protocol);
        }
        if (reader.hasFailed()) {
            return fail(test, ModelTestFailure.PROVIDER_FAILED, "The LLM provider failed: see its message.");
        }
        Optional<String> text = text(bytes, protocol);
        if (text.isEmpty() && !truncated) {
            return fail(
                    test,
                    ModelTestFailure.PROTOCOL_MISMATCH,
                    "The response does not match the protocol " + protocol
                            + ": check the LLM provider's endpoint and protocol.");
        }
        text.ifPresent(firstText);
        return test.succeeded(true).text(text.orElse(null));
    }

    private static ModelTest counted(ModelTest test, TokenCounts tokens) {
        return test.inputTokens(tokens.input())
                .cachedInputTokens(tokens.cachedInput())
                .cacheWriteTokens(tokens.cacheWrite())
                .outputTokens(tokens.output())
                .reasoningTokens(tokens.reasoning());
    }

    private static ModelTest explain(ModelTest test, int status, JsonNode body, Protocol protocol) {
        return switch (status) {
            case 401, 403 ->
                fail(
                        test,
                        ModelTestFailure.CREDENTIALS_REFUSED,
                        "The LLM provider rejected the credentials: check them and the auth method.");
            case 404, 405 ->
                NotFoundResponse.isOfModel(body)
                        ? fail(
                                test,
                                ModelTestFailure.MODEL_NOT_FOUND,
                                "The LLM provider does not know the model: check the remote model name, and whether the"
                                        + " credentials may use it.")
                        : fail(test, ModelTestFailure.PROTOCOL_MISMATCH, NotFoundResponse.explainPath(protocol));
            case 429 ->
                fail(
                        test,
                        ModelTestFailure.RATE_LIMITED,
                        "The LLM provider is rate limiting calls, or the account has no quota left.");
            default ->
                status >= 500
                        ? fail(
                                test,
                                ModelTestFailure.PROVIDER_FAILED,
                                "The LLM provider failed: try again; if it persists, ask its operator.")
                        : fail(
                                test,
                                ModelTestFailure.REQUEST_REFUSED,
                                "The LLM provider rejected the request: see its message.");
        };
    }

    /** Explains an error of the proxy, without a response of the provider. */
    private static ModelTest explainProxyError(String error, String message) {
        return failed(
                switch (error) {
                    case "model_not_found" -> ModelTestFailure.NO_PROVIDER;
                    case "credential_unavailable" -> ModelTestFailure.CREDENTIAL_UNAVAILABLE;
                    case "provider_unreachable" -> ModelTestFailure.UNREACHABLE;
                    case "provider_timed_out" -> ModelTestFailure.TIMED_OUT;
                    case "provider_broke_off" -> ModelTestFailure.BROKE_OFF;
                    case "provider_redirects" -> ModelTestFailure.PROTOCOL_MISMATCH;
                    default -> ModelTestFailure.PROXY_FAILED;
                },
                message);
    }

    private String message(byte[] json) {
        return tree(json).path("error").path("message").asText("The call failed in this server; see its log.");
    }

    private Optional<String> text(byte[] json, Protocol protocol) {
        JsonNode response = tree(json);
        StringJoiner text = new StringJoiner("\n");
        JsonNode parts =
                switch (protocol) {
                    case RESPONSES -> response.path("output");
                    case ANTHROPIC_MESSAGES -> response.path("content");
                };
        if (!parts.isArray()) {
            return Optional.empty();
        }
        for (JsonNode part : parts) {
            add(text, part.path("text"));
            for (JsonNode inner : part.path("content")) {
                add(text, inner.path("text"));
            }
        }
        return Optional.of(bounded(text.toString()));
    }

    private static String bounded(String text) {
        return text.substring(0, Math.min(text.length(), MAX_CHARACTERS));
    }

    private static void add(StringJoiner text, JsonNode part) {
        if (part.isTextual()) {
            text.add(part.asText());
        }
    }

    private JsonNode tree(byte[] json) {
        try {
            return mapper.readTree(json);
        } catch (IOException e) {
            return mapper.missingNode();
        }
    }

    private static ModelTest failed(ModelTestFailure failure, String explanation) {
        return fail(new ModelTest().bodyTruncated(false), failure, explanation);
    }

    private static ModelTest fail(ModelTest test, ModelTestFailure failure, String explanation) {
        return test.succeeded(false).failure(failure).explanation(explanation);
    }

    /** Passes on the model's text, and measures the time to the first piece. */
    private static final class FirstText implements Consumer<String> {
        private final long start = System.nanoTime();
        private final Consumer<String> texts;
        private @Nullable Double afterMs;

        private FirstText(Consumer<String> texts) {
            this.texts = texts;
        }

        @Override
        public void accept(String text) {
            if (afterMs == null) {
                afterMs = sinceStart();
            }
            texts.accept(text);
        }

        private @Nullable Double afterMs() {
            return afterMs;
        }

        private double sinceStart() {
            return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start) / 1_000.0;
        }
    }
}
