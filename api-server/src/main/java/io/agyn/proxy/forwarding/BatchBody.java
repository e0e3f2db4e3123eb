package io.agyn.proxy.forwarding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.proxy.dialect.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A message batch, or a list of them, in a response. Its {@code results_url} is on the provider's origin: SDKs would send
 * the caller's API token there. A list may have batches of other users of the vendor account.
 */
final class BatchBody {
    private static final String ID = "id";
    private static final String RESULTS_URL = "results_url";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final byte[] original;
    private final ObjectNode tree;
    private final List<ObjectNode> batches;
    private boolean isChanged;

    private BatchBody(byte[] original, ObjectNode tree, List<ObjectNode> batches) {
        this.original = original;
        this.tree = tree;
        this.batches = batches;
    }

    /** Reads a body; empty if it is not JSON, or a list without {@code data}. */
    static Optional<BatchBody> read(byte[] body, boolean isList) {
        JsonNode tree;
        try {
            tree = JSON.readTree(body);
        } catch (IOException e) {
            return Optional.empty();
        }
        if (!(tree instanceof ObjectNode object)) {
            return Optional.empty();
        }
        if (!isList) {
            return Optional.of(new BatchBody(body, object, List.of(object)));
        }
        if (!(object.get("data") instanceof ArrayNode data)) {
            return Optional.empty();
        }
        List<ObjectNode> batches = new ArrayList<>();
        for (JsonNode batch : data) {
            if (!(batch instanceof ObjectNode each) || !each.path(ID).isTextual()) {
                return Optional.empty();
            }
            batches.add(each);
        }
        return Optional.of(new BatchBody(body, object, batches));
    }

    List<String> ids() {
        return batches.stream().map(batch -> batch.path(ID).asText()).toList();
    }

    /**
     * Removes other batches from a list. Its cursors stay, so that the next page follows the provider's.
     *
     * @param known ids
     */
    void retain(Set<String> known) {
        Iterator<JsonNode> data = tree.path("data").elements();
        while (data.hasNext()) {
            if (!known.contains(data.next().path(ID).asText())) {
                data.remove();
                isChanged = true;
            }
        }
    }

    /** Sets the origin of URLs, as in {@code https://agyn.example.com}. */
    void setOrigin(String origin) {
        for (ObjectNode batch : batches) {
            if (batch.path(RESULTS_URL).isTextual()) {
                String path = Operation.BATCH_RESULTS
                        .callerPath()
                        .replace("{id}", batch.path(ID).asText());
                batch.put(RESULTS_URL, origin + path);
                isChanged = true;
            }
        }
    }

    /** The body for the caller, whose bytes are the provider's if nothing changes. */
    byte[] bytes() {
        if (!isChanged) {
            return original;
        }
        try {
            return JSON.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
