package io.agyn.proxy.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.usage.CallUsage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The usage that a provider reports for a call; a count is null if it is not reported. Each token is counted in one
 * class only: {@code input} excludes tokens read from or written to a cache, even if the provider includes them.
 */
public final class TokenCounts {
    private static final JsonFactory JSON = new JsonFactory();
    // The largest integer that JSON numbers hold exactly.
    private static final double MAX_COUNT = 9_007_199_254_740_991.0;
    private static final int MAX_TIER_LENGTH = 128;

    private enum Count {
        INPUT,
        CACHED_INPUT,
        CACHE_WRITE,
        CACHE_WRITE_5M,
        CACHE_WRITE_1H,
        OUTPUT,
        REASONING,
        WEB_SEARCHES,
        WEB_FETCHES
    }

    // OpenAI's input tokens include the cached ones.
    private static final Map<String, Count> RESPONSES = Map.of(
            "input_tokens", Count.INPUT,
            "input_tokens_details.cached_tokens", Count.CACHED_INPUT,
            "input_tokens_details.cache_write_tokens", Count.CACHE_WRITE,
            "output_tokens", Count.OUTPUT,
            "output_tokens_details.reasoning_tokens", Count.REASONING);
    private static final Map<String, Count> RESPONSES_TOOLS = Map.of("web_search.num_requests", Count.WEB_SEARCHES);
    private static final Map<String, Count> MESSAGES = Map.of(
            "input_tokens", Count.INPUT,
            "cache_read_input_tokens", Count.CACHED_INPUT,
            "cache_creation_input_tokens", Count.CACHE_WRITE,
            "cache_creation.ephemeral_5m_input_tokens", Count.CACHE_WRITE_5M,
            "cache_creation.ephemeral_1h_input_tokens", Count.CACHE_WRITE_1H,
            "output_tokens", Count.OUTPUT,
            "output_tokens_details.thinking_tokens", Count.REASONING,
            "server_tool_use.web_search_requests", Count.WEB_SEARCHES,
            "server_tool_use.web_fetch_requests", Count.WEB_FETCHES);

    // Billed, but not included in the counts next to "iterations".
    private static final Set<String> BILLED_SEPARATELY = Set.of("compaction", "advisor_message");

    private final Counts counts = new Counts();
    private final Counts separate = new Counts();
    private boolean inputIncludesCaches;
    private @Nullable String serviceTier;

    /** Tokens of the request that were neither read from nor written to a cache. */
    public @Nullable Long input() {
        Long input = count(Count.INPUT);
        if (input == null || !inputIncludesCaches) {
            return input;
        }
        return Math.max(
                0, input - Math.max(0, counts.of(Count.CACHED_INPUT)) - Math.max(0, counts.of(Count.CACHE_WRITE)));
    }

    /** Tokens of the request that were read from the provider's cache. */
    public @Nullable Long cachedInput() {
        return count(Count.CACHED_INPUT);
    }

    /** Tokens of the request that were written to the provider's cache. */
    public @Nullable Long cacheWrite() {
        return count(Count.CACHE_WRITE);
    }

    /** Tokens of the response, including reasoning. */
    public @Nullable Long output() {
        return count(Count.OUTPUT);
    }

    /** Tokens of the response that were spent on reasoning. */
    public @Nullable Long reasoning() {
        return count(Count.REASONING);
    }

    /**
     * Returns all counts, for the usage record.
     *
     * @param unknownReason why the response could not be read
     */
    public CallUsage usage(@Nullable UsageUnknownReason unknownReason) {
        return new CallUsage(
                input(),
                cachedInput(),
                cacheWrite(),
                count(Count.CACHE_WRITE_5M),
                count(Count.CACHE_WRITE_1H),
                output(),
                reasoning(),
                count(Count.WEB_SEARCHES),
                count(Count.WEB_FETCHES),
                serviceTier,
                unknownReason);
    }

    /** Adds the counts of another response. */
    void add(TokenCounts other) {
        inputIncludesCaches |= other.inputIncludesCaches;
        counts.add(other.counts);
        separate.add(other.separate);
        readServiceTier(other.serviceTier);
    }

    /** Reads OpenAI's {@code usage}. */
    void readResponses(byte[] json, int from, int length) throws IOException {
        inputIncludesCaches = true;
        read(json, from, length, RESPONSES);
    }

    /** Reads OpenAI's {@code tool_usage}. */
    void readToolUsage(byte[] json, int from, int length) throws IOException {
        read(json, from, length, RESPONSES_TOOLS);
    }

    /** Reads Anthropic's {@code usage}. A stream has several, and each count is cumulative. */
    void readMessages(byte[] json, int from, int length) throws IOException {
        read(json, from, length, MESSAGES);
    }

    /** Sets the service tier. The last one is kept, since the first may be only the requested one. */
    void readServiceTier(@Nullable String tier) {
        if (tier != null
                && !tier.isEmpty()
                && tier.length() <= MAX_TIER_LENGTH
                && tier.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            serviceTier = tier;
        }
    }

    private @Nullable Long count(Count which) {
        long count = counts.of(which);
        long extra = separate.of(which);
        return count < 0 && extra < 0 ? null : Long.valueOf(Math.max(0, count) + Math.max(0, extra));
    }

    private void read(byte[] json, int from, int length, Map<String, Count> names) throws IOException {
        try (JsonParser parser = JSON.createParser(json, from, length)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                readObject(parser, "", names, counts, false);
            }
        }
    }

    /** Reads an object to its end, with its nested objects, and returns its {@code type}. */
    private String readObject(
            JsonParser parser, String prefix, Map<String, Count> names, Counts into, boolean isIteration)
            throws IOException {
        String type = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = prefix.isEmpty() ? parser.currentName() : prefix + parser.currentName();
            switch (parser.nextToken()) {
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> into.raise(names.get(name), wholeNumber(parser));
                case VALUE_STRING -> {
                    if (name.equals("type")) {
                        type = parser.getText();
                    } else if (name.equals("service_tier") && !isIteration) {
                        readServiceTier(parser.getText());
                    }
                }
                case START_OBJECT -> {
                    if (prefix.isEmpty()) {
                        readObject(parser, name + ".", names, into, isIteration);
                    } else {
                        parser.skipChildren();
                    }
                }
                case START_ARRAY -> {
                    if (name.equals("iterations") && !isIteration) {
                        readIterations(parser, names);
                    } else {
                        parser.skipChildren();
                    }
                }
                case null, default -> {
                    // Not a count.
                }
            }
        }
        return type;
    }

    private void readIterations(JsonParser parser, Map<String, Count> names) throws IOException {
        Counts sum = new Counts();
        for (JsonToken token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                Counts iteration = new Counts();
                if (BILLED_SEPARATELY.contains(readObject(parser, "", names, iteration, true))) {
                    sum.add(iteration);
                }
            } else {
                parser.skipChildren();
            }
        }
        separate.raise(sum);
    }

    /** Parses a count, perhaps written as 100.0; -1 for anything else. */
    private static long wholeNumber(JsonParser parser) throws IOException {
        double number = parser.getDoubleValue();
        return number >= 0 && number <= MAX_COUNT && number == Math.rint(number) ? (long) number : -1;
    }

    /** A number for each count, -1 until it is reported. */
    private static final class Counts {
        private final long[] counts = new long[Count.values().length];

        private Counts() {
            Arrays.fill(counts, -1);
        }

        private long of(Count which) {
            return counts[which.ordinal()];
        }

        private void raise(@Nullable Count which, long count) {
            if (which != null) {
                counts[which.ordinal()] = Math.max(counts[which.ordinal()], count);
            }
        }

        private void raise(Counts others) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] = Math.max(counts[i], others.counts[i]);
            }
        }

        private void add(Counts others) {
            for (int i = 0; i < counts.length; i++) {
                if (others.counts[i] >= 0) {
                    // Capped to avoid overflow.
                    counts[i] = Math.min((long) MAX_COUNT, Math.max(0, counts[i]) + others.counts[i]);
                }
            }
        }
    }
}
