package io.agyn.proxy.forwarding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.OperationPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message batch, or a list of them, in a response. Its {@code results_url} is on the provider's origin: SDKs would send
 * the caller's API token there. A list may have batches of other users of the vendor account. All other bytes stay.
 */
final class BatchBody {
    // The longest list that Anthropic sends.
    private static final int MAX_BATCHES = 1000;
    private static final String ID = "id";
    private static final String RESULTS_URL = "results_url";
    private static final String DATA = "data";
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] body;
    private final List<Batch> batches;
    private @Nullable Set<String> known;
    private @Nullable String origin;

    /**
     * A batch in the body.
     *
     * @param from the offset of the object; {@code to} follows it, as for the URL
     * @param urlFrom the offset of the URL with its quotation marks; -1 for none
     */
    private record Batch(String id, int from, int to, int urlFrom, int urlTo) {}

    private BatchBody(byte[] body, List<Batch> batches) {
        this.body = body;
        this.batches = batches;
    }

    /** Reads a body; empty if it is not JSON in UTF-8, has no or too many batches, or readers could see different ids or URLs. */
    static Optional<BatchBody> read(byte[] body, boolean isList) {
        try (JsonParser parser = JSON.createParser(body)) {
            // Jackson reads UTF-16 and UTF-32 too, without the offsets of bytes.
            if (parser.nextToken() != JsonToken.START_OBJECT || start(parser) < 0) {
                return Optional.empty();
            }
            List<Batch> batches = isList ? readList(parser) : List.of(readBatch(parser));
            return parser.nextToken() == null ? Optional.of(new BatchBody(body, batches)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<Batch> readList(JsonParser parser) throws IOException {
        List<Batch> batches = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isData = parser.currentName().equals(DATA);
            JsonToken value = parser.nextToken();
            if (!isData) {
                parser.skipChildren();
            } else if (batches == null && value == JsonToken.START_ARRAY) {
                batches = readBatches(parser);
            } else {
                throw new IOException("\"data\" is no array, or duplicated");
            }
        }
        if (batches == null) {
            throw new IOException("\"data\" is missing");
        }
        return batches;
    }

    private static List<Batch> readBatches(JsonParser parser) throws IOException {
        List<Batch> batches = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT || batches.size() == MAX_BATCHES) {
                throw new IOException("not a batch, or too many");
            }
            batches.add(readBatch(parser));
        }
        return batches;
    }

    private static Batch readBatch(JsonParser parser) throws IOException {
        int from = start(parser);
        String id = null;
        boolean hasUrl = false;
        int urlFrom = -1;
        int urlTo = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals(ID)) {
                if (id != null || value != JsonToken.VALUE_STRING) {
                    throw new IOException("\"id\" is no string, or duplicated");
                }
                id = parser.getText();
            } else if (name.equals(RESULTS_URL)) {
                if (hasUrl || value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
                    throw new IOException("\"results_url\" is no string, or duplicated");
                }
                hasUrl = true;
                if (value == JsonToken.VALUE_STRING) {
                    urlFrom = start(parser);
                    parser.finishToken();
                    urlTo = end(parser);
                }
            } else {
                parser.skipChildren();
            }
        }
        if (id == null || !OperationPath.isId(id)) {
            throw new IOException("\"id\" is missing or invalid");
        }
        return new Batch(id, from, end(parser), urlFrom, urlTo);
    }

    private static int start(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    private static int end(JsonParser parser) {
        return (int) parser.currentLocation().getByteOffset();
    }

    List<String> ids() {
        return batches.stream().map(Batch::id).toList();
    }

    /**
     * Removes other batches from a list. Its cursors stay, so that the next page follows the provider's.
     *
     * @param ids those to keep
     */
    void retain(Set<String> ids) {
        known = ids;
    }

    /** Sets the origin of URLs, as in {@code https://agyn.example.com}. */
    void setOrigin(String newOrigin) {
        origin = newOrigin;
    }

    /** The body for the caller. */
    byte[] bytes() {
        if (batches.isEmpty()) {
            return body;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length + 256);
        bytes.write(body, 0, batches.getFirst().from());
        boolean isFirst = true;
        for (int i = 0; i < batches.size(); i++) {
            Batch batch = batches.get(i);
            if (known != null && !known.contains(batch.id())) {
                continue;
            }
            if (!isFirst) {
                int comma = batches.get(i - 1).to();
                bytes.write(body, comma, batch.from() - comma);
            }
            isFirst = false;
            write(batch, bytes);
        }
        int end = batches.getLast().to();
        bytes.write(body, end, body.length - end);
        return bytes.toByteArray();
    }

    private void write(Batch batch, ByteArrayOutputStream bytes) {
        int from = batch.from();
        if (origin != null && batch.urlFrom() >= 0) {
            bytes.write(body, from, batch.urlFrom() - from);
            String url = origin + Operation.BATCH_RESULTS.callerPath().replace("{id}", batch.id());
            bytes.write('"');
            bytes.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(url));
            bytes.write('"');
            from = batch.urlTo();
        }
        bytes.write(body, from, batch.to() - from);
    }
}
