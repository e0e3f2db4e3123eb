package io.agyn.proxy.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * How many tokens a provider says a call took; null where it does not say. A token is counted in one class only: those
 * read from a cache or written to one are not among {@code input} as well, whatever the provider's own habit.
 */
public final class TokenCounts {
    private static final JsonFactory JSON = new JsonFactory();

    private Long total;
    private Long input;
    private Long cachedInput;
    private Long cacheWrite;
    private Long output;
    private Long reasoning;

    /** Tokens of the request that no cache was involved in. */
    public Long input() {
        return total == null ? input : Long.valueOf(Math.max(0, total - (cachedInput == null ? 0 : cachedInput)));
    }

    /** Tokens of the request that were read from the provider's cache. */
    public Long cachedInput() {
        return cachedInput;
    }

    /** Tokens of the request that were written to the provider's cache. */
    public Long cacheWrite() {
        return cacheWrite;
    }

    /** Tokens of the answer, those of reasoning included. */
    public Long output() {
        return output;
    }

    /** Tokens of the answer that were spent on reasoning. */
    public Long reasoning() {
        return reasoning;
    }

    /** Takes over what OpenAI's {@code usage} says. */
    void readResponses(byte[] json, int length) throws IOException {
        read(json, length, (parent, name, count) -> {
            switch (parent + name) {
                case "input_tokens" -> total = count;
                case "input_tokens_details.cached_tokens" -> cachedInput = count;
                case "output_tokens" -> output = count;
                case "output_tokens_details.reasoning_tokens" -> reasoning = count;
                default -> {
                    // A sum, or one that is not known yet.
                }
            }
        });
    }

    /** Takes over what Anthropic's {@code usage} says; in a stream, the later one counts. */
    void readMessages(byte[] json, int length) throws IOException {
        read(json, length, (parent, name, count) -> {
            switch (parent + name) {
                case "input_tokens" -> input = count;
                case "cache_read_input_tokens" -> cachedInput = count;
                case "cache_creation_input_tokens" -> cacheWrite = count;
                case "output_tokens" -> output = count;
                default -> {
                    // A part of one of these, or one that is not known yet.
                }
            }
        });
    }

    private interface Count {
        void of(String parent, String name, long count);
    }

    private static void read(byte[] json, int length, Count counts) throws IOException {
        try (JsonParser parser = JSON.createParser(json, 0, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            String parent = "";
            int depth = 1;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT -> {
                        depth++;
                        parent = depth == 2 ? parser.currentName() + "." : parent;
                    }
                    case END_OBJECT -> {
                        depth--;
                        parent = depth == 1 ? "" : parent;
                    }
                    case VALUE_NUMBER_INT -> {
                        if (depth <= 2 && parser.getLongValue() >= 0) {
                            counts.of(parent, parser.currentName(), parser.getLongValue());
                        }
                    }
                    default -> {
                        // Not a count.
                    }
                }
            }
        }
    }
}
