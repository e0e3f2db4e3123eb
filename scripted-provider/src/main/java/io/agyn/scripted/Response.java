package io.agyn.scripted;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A response that is ready to be sent.
 *
 * @param stallAfter the number of pieces before the stall, for scripts with {@code stall=within}
 */
record Response(int status, List<Header> headers, Iterable<Buffer> pieces, int stallAfter) {

    private static final int STALL_OF_ENDLESS = 6;

    /** Builds a JSON response, in the number of pieces that the script needs. */
    static Response plain(Dialect dialect, int status, JsonObject json, Script script) {
        if (script.unknown()) {
            addUnknown(json);
        }
        List<Header> headers = headers(dialect, "application/json", script);
        Buffer body = Buffer.buffer(json.encode());
        if (script.endless()) {
            // White space before the last brace: every prefix is valid JSON so far, and none is complete.
            Stream<Buffer> endless = Stream.concat(
                    Stream.of(body.slice(0, body.length() - 1)), Stream.generate(() -> Buffer.buffer(" ".repeat(64))));
            return new Response(status, headers, zipped(endless::iterator, script), 1);
        }
        Buffer sent = script.gzip() ? new Gzip(List.of(body).iterator()).next() : body;
        headers.add(new Header("content-length", String.valueOf(sent.length())));
        List<Buffer> pieces = cut(sent, script.pieces());
        return new Response(status, headers, pieces, pieces.size() / 2);
    }

    /** Builds a response of server-sent events, one per piece. */
    static Response streamed(Dialect dialect, Stream<JsonObject> events, Script script) {
        return streamed(dialect, events, script, 0);
    }

    /** Builds a response of the server-sent events from a number on. */
    static Response streamed(Dialect dialect, Stream<JsonObject> events, Script script, int from) {
        Stream<Buffer> written = numbered(dialect, events, script).skip(from).map(dialect::write);
        List<Header> headers = headers(dialect, "text/event-stream; charset=utf-8", script);
        headers.add(new Header("cache-control", "no-cache"));
        if (script.endless()) {
            return new Response(200, headers, zipped(written::iterator, script), STALL_OF_ENDLESS);
        }
        List<Buffer> pieces = new ArrayList<>();
        zipped(written::iterator, script).forEach(pieces::add);
        List<Buffer> sent = recut(pieces, script);
        return new Response(200, headers, sent, sent.size() / 2);
    }

    /** Builds a stream from its recorded bytes. */
    static Response replayed(Dialect dialect, Buffer recorded, Script script) {
        List<Header> headers = headers(dialect, "text/event-stream; charset=utf-8", script);
        List<Buffer> pieces = new ArrayList<>();
        zipped(List.of(recorded), script).forEach(pieces::add);
        List<Buffer> sent = recut(pieces, script);
        return new Response(200, headers, sent, sent.size() / 2);
    }

    /**
     * Builds a response of one JSON object per line, without a newline after the last.
     *
     * @param lines may be large, therefore created while they are sent
     */
    static Response lines(
            Dialect dialect, String contentType, int size, Supplier<Stream<JsonObject>> lines, Script script) {
        Iterable<Buffer> pieces = () -> {
            AtomicInteger number = new AtomicInteger();
            return lines.get()
                    .map(line -> Buffer.buffer((number.getAndIncrement() == 0 ? "" : "\n") + line.encode()))
                    .iterator();
        };
        return new Response(200, headers(dialect, contentType, script), zipped(pieces, script), size / 2);
    }

    /** Builds a response of WebSocket messages, one per piece. */
    static Response messages(Dialect dialect, int status, Stream<JsonObject> events, Script script) {
        Stream<Buffer> written = numbered(dialect, events, script).map(event -> Buffer.buffer(event.encode()));
        if (script.endless()) {
            return new Response(status, List.of(), written::iterator, STALL_OF_ENDLESS);
        }
        List<Buffer> pieces = written.toList();
        return new Response(status, List.of(), pieces, pieces.size() / 2);
    }

    private static Stream<JsonObject> numbered(Dialect dialect, Stream<JsonObject> events, Script script) {
        AtomicInteger number = new AtomicInteger();
        Stream<JsonObject> all = script.unknown() ? withUnknown(dialect, events) : events;
        return all.map(event -> dialect.numbered(event, number.getAndIncrement()));
    }

    /** Builds a 307 to the URL in the script. */
    static Response redirect(Dialect dialect, Script script) {
        List<Header> headers = headers(dialect, "application/json", script);
        headers.add(new Header("location", script.redirect().orElseThrow().toString()));
        headers.add(new Header("content-length", "0"));
        return new Response(307, headers, List.of(), 0);
    }

    private static List<Header> headers(Dialect dialect, String contentType, Script script) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("content-type", contentType));
        headers.add(dialect.requestId());
        if (script.gzip() && script.redirect().isEmpty()) {
            headers.add(new Header("content-encoding", "gzip"));
        }
        if (script.unknown()) {
            headers.add(new Header("x-scripted-unknown", "unheard of"));
        }
        script.retryAfter().ifPresent(seconds -> headers.add(new Header("retry-after", String.valueOf(seconds))));
        return headers;
    }

    private static List<Buffer> recut(List<Buffer> pieces, Script script) {
        if (script.cut().isEmpty()) {
            return pieces;
        }
        int size = script.cut().getAsInt();
        Buffer whole = Buffer.buffer();
        pieces.forEach(whole::appendBuffer);
        return IntStream.range(0, Math.ceilDiv(whole.length(), size))
                .mapToObj(i -> whole.slice(i * size, Math.min(whole.length(), (i + 1) * size)))
                .toList();
    }

    private static Iterable<Buffer> zipped(Iterable<Buffer> pieces, Script script) {
        return script.gzip() ? () -> new Gzip(pieces.iterator()) : pieces;
    }

    private static List<Buffer> cut(Buffer body, int pieces) {
        return IntStream.range(0, pieces)
                .mapToObj(i -> body.slice(
                        (int) ((long) body.length() * i / pieces), (int) ((long) body.length() * (i + 1) / pieces)))
                .toList();
    }

    /** Inserts the unknown event second: the first event identifies the response. */
    private static Stream<JsonObject> withUnknown(Dialect dialect, Stream<JsonObject> events) {
        Iterator<JsonObject> iterator = events.iterator();
        Stream<JsonObject> first = Stream.of(addUnknown(iterator.next()), dialect.unknownEvent());
        Iterable<JsonObject> others = () -> iterator;
        return Stream.concat(
                first, StreamSupport.stream(others.spliterator(), false).map(Response::addUnknown));
    }

    private static JsonObject addUnknown(JsonObject object) {
        return object.put("scripted_unknown", Dialect.object("nested", Dialect.array(1, null, "two")));
    }
}
