package io.agyn.proxy.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.agyn.api.model.Protocol;
import io.agyn.proxy.body.ResponseReader;
import io.vertx.core.MultiMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The format of the proxy's errors, so that the caller's SDK understands them. */
public enum Dialect {
    /** The errors of the <a href="https://platform.openai.com/docs/guides/error-codes">OpenAI API</a>. */
    // Without an empty line after the comment: OpenAI's SDKs read an empty line as the end of an event without data
    // (github.com/openai/openai-go/issues/556, github.com/openai/openai-python/issues/2722).
    OPENAI("x-request-id", "response.failed", ": keep-alive\n") {
        @Override
        void writeError(JsonGenerator json, ProxyError error, String requestId) throws IOException {
            json.writeStartObject();
            writeOpenAiError(json, error);
            json.writeEndObject();
        }

        @Override
        void writeEvent(JsonGenerator json, ProxyError error, String requestId, ResponseReader stream)
                throws IOException {
            json.writeStartObject();
            json.writeStringField("type", "response.failed");
            json.writeNumberField("sequence_number", stream.sequenceNumber() + 1);
            // Codex ignores events of the type "error" and reads this field.
            json.writeObjectFieldStart("response");
            json.writeStringField("id", stream.responseId() == null ? requestId : stream.responseId());
            json.writeStringField("object", "response");
            json.writeStringField("status", "failed");
            json.writeObjectFieldStart("error");
            json.writeStringField("code", error.kind().openAiCode());
            json.writeStringField("message", error.message());
            json.writeEndObject();
            json.writeArrayFieldStart("output");
            json.writeEndArray();
            json.writeEndObject();
            // OpenAI's SDKs return every event to their caller, except one with an error, which they raise.
            writeOpenAiError(json, error);
            json.writeEndObject();
        }
    },
    /** The errors of the <a href="https://platform.claude.com/docs/en/api/errors">Anthropic API</a>. */
    ANTHROPIC("request-id", "error", "event: ping\ndata: {\"type\": \"ping\"}\n\n") {
        @Override
        void writeError(JsonGenerator json, ProxyError error, String requestId) throws IOException {
            json.writeStartObject();
            json.writeStringField("type", "error");
            json.writeObjectFieldStart("error");
            json.writeStringField("type", error.kind().anthropicType());
            json.writeStringField("message", error.message());
            json.writeEndObject();
            json.writeStringField("request_id", requestId);
            json.writeEndObject();
        }

        @Override
        void writeEvent(JsonGenerator json, ProxyError error, String requestId, ResponseReader stream)
                throws IOException {
            writeError(json, error, requestId);
        }
    };

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();
    private static final String ANTHROPIC_VERSION = "anthropic-version";

    private final String requestIdHeader;
    private final String failureEvent;
    private final String keepAlive;

    Dialect(String requestIdHeader, String failureEvent, String keepAlive) {
        this.requestIdHeader = requestIdHeader;
        this.failureEvent = failureEvent;
        this.keepAlive = keepAlive;
    }

    /** Returns the dialect of clients that use a protocol. */
    public static Dialect of(Protocol protocol) {
        return switch (protocol) {
            case RESPONSES -> OPENAI;
            case ANTHROPIC_MESSAGES -> ANTHROPIC;
        };
    }

    /** Returns the dialect that a caller's headers suggest, for paths that do not determine it. */
    public static Dialect of(MultiMap headers) {
        return headers.contains(ANTHROPIC_VERSION) ? ANTHROPIC : OPENAI;
    }

    /** The header that this dialect's SDKs read the request id from. */
    public String requestIdHeader() {
        return requestIdHeader;
    }

    /** The text between two events of a stream that clients ignore, but that keeps a connection from looking idle. */
    public String keepAlive() {
        return keepAlive;
    }

    /** Returns the body of an error response, JSON in UTF-8. */
    public byte[] error(ProxyError error, String requestId) {
        return json(generator -> writeError(generator, error, requestId));
    }

    /**
     * Returns the {@code error} event of a WebSocket of the Responses API, without a line end.
     *
     * @param headers what the headers of an error response would contain; Codex reads them
     * @param streamId the response's {@code stream_id}; null for the default one
     */
    public static byte[] errorMessage(
            ProxyError error, Iterable<Map.Entry<String, String>> headers, @Nullable String streamId) {
        return json(generator -> {
            generator.writeStartObject();
            generator.writeStringField("type", "error");
            generator.writeNumberField("status", error.status());
            writeOpenAiError(generator, error);
            generator.writeObjectFieldStart("headers");
            for (Map.Entry<String, String> header : headers) {
                generator.writeStringField(header.getKey(), header.getValue());
            }
            generator.writeEndObject();
            if (streamId != null) {
                generator.writeStringField("stream_id", streamId);
            }
            generator.writeEndObject();
        });
    }

    /** Returns the {@code error} event with which OpenAI ends a WebSocket that was open for too long. */
    public static byte[] connectionLimitMessage(Duration limit) {
        return json(generator -> {
            generator.writeStartObject();
            generator.writeStringField("type", "error");
            generator.writeNumberField("status", 400);
            generator.writeObjectFieldStart("error");
            generator.writeStringField("type", "invalid_request_error");
            generator.writeStringField("code", "websocket_connection_limit_reached");
            generator.writeStringField(
                    "message",
                    "The WebSocket has reached its limit of " + limit.toMinutes() + " minutes; open another one.");
            generator.writeNullField("param");
            generator.writeEndObject();
            generator.writeEndObject();
        });
    }

    private static void writeOpenAiError(JsonGenerator json, ProxyError error) throws IOException {
        json.writeObjectFieldStart("error");
        json.writeStringField("message", error.message());
        json.writeStringField("type", error.kind().openAiType());
        json.writeStringField("param", error.parameter());
        json.writeStringField("code", error.kind().openAiCode());
        json.writeEndObject();
    }

    /**
     * Returns the last event of a failed stream, with the empty line that ends it.
     *
     * @param stream the stream so far
     */
    public byte[] errorEvent(ProxyError error, String requestId, ResponseReader stream) {
        byte[] data = json(generator -> writeEvent(generator, error, requestId, stream));
        return ("event: " + failureEvent + "\ndata: " + new String(data, UTF_8) + "\n\n").getBytes(UTF_8);
    }

    abstract void writeError(JsonGenerator json, ProxyError error, String requestId) throws IOException;

    abstract void writeEvent(JsonGenerator json, ProxyError error, String requestId, ResponseReader stream)
            throws IOException;

    public interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    /** Returns the written JSON in UTF-8. */
    public static byte[] json(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            writer.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
