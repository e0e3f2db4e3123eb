package io.agyn.scripted;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot of a call; a call in progress shows the data received so far. A WebSocket is a {@code GET} with status 101
 * that ends with its connection, followed by a call for each of its messages, with the method {@link #MESSAGE} and the
 * headers of the upgrade.
 *
 * @param target the request target as sent, with the query
 * @param version such as {@code HTTP/1.1} or {@code HTTP/2}
 * @param headers in the caller's order and spelling
 * @param body the bytes received so far, not decoded
 * @param status the response's status, 0 before the response
 * @param responseBytes the bytes of the response body written to the connection
 * @param callerLeft whether the caller disconnected before the end of the response
 * @param endedAt when the response ended or broke off, or the caller disconnected
 */
// Tests compare the bytes of the body themselves; nothing compares whole calls.
@SuppressWarnings("ArrayRecordComponent")
public record ReceivedCall(
        String method,
        String target,
        String version,
        List<Header> headers,
        byte[] body,
        boolean bodyEnded,
        int status,
        long responseBytes,
        boolean callerLeft,
        Instant begunAt,
        Optional<Instant> firstBodyByteAt,
        Optional<Instant> bodyEndedAt,
        Optional<Instant> endedAt) {

    /** The method of a WebSocket message. */
    public static final String MESSAGE = "WEBSOCKET";

    /** The body as UTF-8. */
    public String text() {
        return new String(body, UTF_8);
    }

    /** All values of a header; the name is case-insensitive. */
    public List<String> values(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    @Override
    public String toString() {
        return "%s %s %s, %d bytes of body%s, status %d, %d bytes of response%s"
                .formatted(
                        method,
                        target,
                        version,
                        body.length,
                        bodyEnded ? "" : " so far",
                        status,
                        responseBytes,
                        callerLeft ? ", caller left" : endedAt.isPresent() ? ", ended" : "");
    }
}
