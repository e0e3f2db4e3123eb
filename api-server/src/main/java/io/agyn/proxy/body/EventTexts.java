package io.agyn.proxy.body;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Extracts the model's text from the events of a streamed response, in both protocols, and the event that reports a
 * failure.
 */
public final class EventTexts implements EventSplitter.Sink {
    // A longer event is not a piece of text.
    private static final int MAX_EVENT_BYTES = 1024 * 1024;

    private final ObjectMapper mapper;
    private final Consumer<String> texts;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private boolean tooLarge;
    private @Nullable String error;

    /** @param texts receives the text, piece by piece */
    public EventTexts(ObjectMapper mapper, Consumer<String> texts) {
        this.mapper = requireNonNull(mapper, "mapper is null");
        this.texts = requireNonNull(texts, "texts is null");
    }

    /** The data of the event that reported a failure. */
    public @Nullable String error() {
        return error;
    }

    @Override
    public void data(byte[] bytes, int from, int to) {
        tooLarge |= data.size() + to - from > MAX_EVENT_BYTES;
        if (!tooLarge) {
            data.write(bytes, from, to - from);
        }
    }

    @Override
    public void end() {
        if (!tooLarge && data.size() > 0) {
            readEvent();
        }
        data.reset();
        tooLarge = false;
    }

    private void readEvent() {
        JsonNode event;
        try {
            event = mapper.readTree(data.toByteArray());
        } catch (IOException e) {
            // Not JSON, such as the [DONE] of some providers.
            return;
        }
        switch (event.path("type").asText()) {
            case "response.output_text.delta" ->
                texts.accept(event.path("delta").asText());
            case "content_block_delta" -> {
                if (event.path("delta").path("type").asText().equals("text_delta")) {
                    texts.accept(event.path("delta").path("text").asText());
                }
            }
            case "error", "response.failed" -> error = data.toString(StandardCharsets.UTF_8);
            default -> {
                if (event.path("error").isContainerNode() || event.path("error").isTextual()) {
                    error = data.toString(StandardCharsets.UTF_8);
                }
            }
        }
    }
}
