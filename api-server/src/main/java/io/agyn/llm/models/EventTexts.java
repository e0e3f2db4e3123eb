package io.agyn.llm.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/** Takes out of a stream of server-sent events what the model says, piece by piece, and the error that ends it. */
final class EventTexts {
    private static final String DATA = "data:";
    // A longer one is no piece of a text.
    private static final int LONGEST_LINE = 1024 * 1024;

    private final ObjectMapper mapper;
    private final Consumer<String> texts;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private String error;

    EventTexts(ObjectMapper mapper, Consumer<String> texts) {
        this.mapper = mapper;
        this.texts = texts;
    }

    /** Reads the next bytes of the stream. */
    void read(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                take(line.toString(UTF_8).strip());
                line.reset();
            } else if (line.size() < LONGEST_LINE) {
                line.write(bytes[i]);
            }
        }
    }

    /** The event that said that the answer failed, as it was sent, or null. */
    String error() {
        return error;
    }

    private void take(String text) {
        if (!text.startsWith(DATA)) {
            return;
        }
        String data = text.substring(DATA.length()).strip();
        JsonNode event;
        try {
            event = mapper.readTree(data);
        } catch (IOException e) {
            // Of another protocol, or none: that the stream is not whole is seen by its missing end.
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
            case "error", "response.failed" -> error = data;
            default -> {
                // One of those that hold no text.
            }
        }
    }
}
