package io.agyn.scripted;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A call as it stood when it was looked at; one that still runs shows what has come so far.
 *
 * @param target the request's target as sent, query included
 * @param version such as {@code HTTP/1.1} or {@code HTTP/2}
 * @param headers in their order, with their spelling
 * @param body the bytes so far, still encoded if they came so
 * @param status what was answered, or 0 before that
 * @param answerBytes how much of the answer's body was handed to the connection
 * @param callerLeft whether the caller was gone before the answer's end
 * @param endedAt when the answer ended, was broken off, or the caller left
 */
// Its bytes are for comparing one by one, calls are not compared with each other.
@SuppressWarnings("ArrayRecordComponent")
public record ReceivedCall(
        String method,
        String target,
        String version,
        List<Header> headers,
        byte[] body,
        boolean bodyEnded,
        int status,
        long answerBytes,
        boolean callerLeft,
        Instant begunAt,
        Optional<Instant> firstBodyByteAt,
        Optional<Instant> bodyEndedAt,
        Optional<Instant> endedAt) {

    /** The body as UTF-8. */
    public String text() {
        return new String(body, UTF_8);
    }

    /** All values of a header, in any spelling of its name. */
    public List<String> values(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    @Override
    public String toString() {
        return "%s %s %s, %d bytes of body%s, status %d, %d bytes of answer%s"
                .formatted(
                        method,
                        target,
                        version,
                        body.length,
                        bodyEnded ? "" : " so far",
                        status,
                        answerBytes,
                        callerLeft ? ", caller left" : endedAt.isPresent() ? ", ended" : "");
    }
}
