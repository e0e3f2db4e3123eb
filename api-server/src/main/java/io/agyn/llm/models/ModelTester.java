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
import io.agyn.proxy.ModelCall;
import io.agyn.proxy.ModelCalls;
import io.agyn.proxy.body.EventSplitter;
import io.agyn.proxy.body.EventTexts;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.body.TokenCounts;
import io.agyn.rest.Uuid7;
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

/** Calls a model as an agent does, by the LLM Proxy's own code, with the identity of the user who tests it. It blocks. */
@Singleton
class ModelTester {
    // For providers that bill by it; enough for a greeting, and for the thoughts of a model that has some.
    private static final int MOST_TOKENS = 1024;
    private static final int MOST_CHARACTERS = 65_536;
    private static final int PIECE = 8_192;
    private static final String BROKE_OFF = "The LLM provider closed the connection before its answer was whole.";
    // Bytes read from a stream, text or not; a provider may never end it.
    private static final int MOST_BYTES = 1 << 20;
    private static final Duration LONGEST_STREAM = Duration.ofMinutes(5);
    // The proxy's own time-outs end a call before, unless they are set to be longer.
    private static final Duration LONGEST = Duration.ofHours(1);

    /**
     * What is asked.
     *
     * @param protocol the protocol of the model's LLM provider
     * @param prompt what the model is asked
     * @param stream whether the answer is to come in pieces
     * @param identity who asks
     * @param canceller takes what cancels the call, to run where the user has left
     */
    record Asked(
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
     * Makes the call.
     *
     * @param texts takes what the model says, piece by piece
     * @return what happened
     */
    StreamedTest test(Asked asked, Consumer<String> texts) {
        String callId = Uuid7.next().toString();
        FirstText heard = new FirstText(texts);
        ModelTest test;
        try (ModelCall call = calls.begin(asked.protocol(), asked.identity(), headers(asked, callId), body(asked))) {
            asked.canceller().accept(call::close);
            test = read(call, asked, heard);
        } catch (IOException e) {
            test = failed(ModelTestFailure.BROKE_OFF, BROKE_OFF);
        }
        return new StreamedTest(test.callId(callId).durationMs(heard.sinceStart()), heard.afterMs());
    }

    private static Map<String, String> headers(Asked asked, String callId) {
        return Map.of(
                "content-type",
                "application/json",
                "x-request-id",
                callId,
                "x-agyn-organization",
                asked.organizationId().toString(),
                asked.protocol() == Protocol.ANTHROPIC_MESSAGES ? "anthropic-version" : "accept",
                asked.protocol() == Protocol.ANTHROPIC_MESSAGES ? "2023-06-01" : "application/json");
    }

    private byte[] body(Asked asked) {
        ObjectNode body = mapper.createObjectNode().put("model", asked.modelId().toString());
        switch (asked.protocol()) {
            case RESPONSES -> body.put("input", asked.prompt());
            case ANTHROPIC_MESSAGES ->
                body.put("max_tokens", MOST_TOKENS)
                        .putArray("messages")
                        .addObject()
                        .put("role", "user")
                        .put("content", asked.prompt());
        }
        if (asked.stream()) {
            body.put("stream", true);
        }
        return body.toString().getBytes(UTF_8);
    }

    private ModelTest read(ModelCall call, Asked asked, FirstText heard) throws IOException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        int status = call.awaitStatus(LONGEST.toNanos());
        ResponseReader reader =
                new ResponseReader(asked.protocol(), call.header("content-type").orElse(null), null);
        try (InputStream body = call.body(deadline)) {
            return asked.stream() && status / 100 == 2 && reader.isStream()
                    ? readEvents(status, body, reader, heard)
                    : readWhole(status, call.header("x-agyn-error"), body, reader, asked.protocol(), heard);
        }
    }

    /** An answer in pieces: of one without end, the beginning; of one that breaks off, what has come. */
    private ModelTest readEvents(int status, InputStream body, ResponseReader reader, FirstText heard) {
        StringBuilder text = new StringBuilder();
        EventTexts events = new EventTexts(mapper, piece -> {
            text.append(piece);
            heard.accept(piece);
        });
        EventSplitter splitter = new EventSplitter(events);
        boolean ended = false;
        boolean brokeOff = false;
        byte[] bytes = new byte[PIECE];
        long taken = 0;
        try {
            while (!ended
                    && text.length() < MOST_CHARACTERS
                    && taken < MOST_BYTES
                    && heard.sinceStart() < LONGEST_STREAM.toMillis()) {
                int length = body.read(bytes);
                ended = length < 0;
                if (!ended) {
                    taken += length;
                    reader.read(bytes, 0, length);
                    splitter.read(bytes, 0, length);
                }
            }
        } catch (IOException e) {
            brokeOff = true;
        }
        if (ended) {
            reader.end();
            splitter.end();
        }
        reader.close();
        ModelTest test = counted(new ModelTest().status(status).bodyTruncated(!ended), reader.tokens())
                .text(bounded(text.toString()));
        if (brokeOff || (ended && !reader.isTerminated())) {
            return fail(test, ModelTestFailure.BROKE_OFF, BROKE_OFF);
        }
        if (reader.hasFailed()) {
            return fail(
                    test.body(bounded(events.error())),
                    ModelTestFailure.PROVIDER_FAILED,
                    "The LLM provider failed after its answer had begun: the last event says why.");
        }
        return test.succeeded(true).failure(ModelTestFailure.NONE);
    }

    private ModelTest readWhole(
            int status,
            Optional<String> ours,
            InputStream body,
            ResponseReader reader,
            Protocol protocol,
            FirstText heard)
            throws IOException {
        // Each character takes a byte at least.
        byte[] bytes = body.readNBytes(MOST_CHARACTERS);
        boolean truncated = body.read() >= 0;
        if (ours.isPresent()) {
            return ofTheProxy(ours.get(), message(bytes));
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
            return fail(test, ModelTestFailure.PROVIDER_FAILED, "The LLM provider failed: its own words say why.");
        }
        Optional<String> text = text(bytes, protocol);
        if (text.isEmpty() && !truncated) {
            return fail(
                    test,
                    ModelTestFailure.PROTOCOL_MISMATCH,
                    "The answer is not one of the protocol " + protocol
                            + ": check the LLM provider's endpoint and protocol.");
        }
        text.ifPresent(heard);
        return test.succeeded(true).failure(ModelTestFailure.NONE).text(text.orElse(null));
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
                        "The LLM provider refused the credentials: check them, and the auth method.");
            case 404, 405 ->
                NotFoundResponse.isOfModel(body)
                        ? fail(
                                test,
                                ModelTestFailure.MODEL_NOT_FOUND,
                                "The LLM provider does not know the model: check the remote model name, and that the"
                                        + " credentials may use it.")
                        : fail(test, ModelTestFailure.PROTOCOL_MISMATCH, NotFoundResponse.explainPath(protocol));
            case 429 ->
                fail(
                        test,
                        ModelTestFailure.RATE_LIMITED,
                        "The LLM provider takes no more calls for now, or the account's quota is used up.");
            default ->
                status >= 500
                        ? fail(
                                test,
                                ModelTestFailure.PROVIDER_FAILED,
                                "The LLM provider failed: try again, and ask its operator where it happens again.")
                        : fail(
                                test,
                                ModelTestFailure.REQUEST_REFUSED,
                                "The LLM provider refused the call: its own words say why.");
        };
    }

    /** What the proxy said for itself, without having an answer of the provider. */
    private static ModelTest ofTheProxy(String error, String message) {
        return failed(
                switch (error) {
                    case "model_not_found" -> ModelTestFailure.NO_PROVIDER;
                    case "provider_unreachable" -> ModelTestFailure.UNREACHABLE;
                    case "provider_timed_out" -> ModelTestFailure.TIMED_OUT;
                    case "provider_broke_off" -> ModelTestFailure.BROKE_OFF;
                    case "provider_redirects" -> ModelTestFailure.PROTOCOL_MISMATCH;
                    default -> ModelTestFailure.PROXY_FAILED;
                },
                message);
    }

    private String message(byte[] json) {
        return tree(json).path("error").path("message").asText("The call failed in this server; its log says more.");
    }

    private Optional<String> text(byte[] json, Protocol protocol) {
        JsonNode answer = tree(json);
        StringJoiner text = new StringJoiner("\n");
        JsonNode parts =
                switch (protocol) {
                    case RESPONSES -> answer.path("output");
                    case ANTHROPIC_MESSAGES -> answer.path("content");
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
        return text == null ? null : text.substring(0, Math.min(text.length(), MOST_CHARACTERS));
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

    /** Passes on what the model says, and remembers when it began to. */
    private static final class FirstText implements Consumer<String> {
        private final long start = System.nanoTime();
        private final Consumer<String> texts;
        private Long afterMs;

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

        private Long afterMs() {
            return afterMs;
        }

        private long sinceStart() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        }
    }
}
