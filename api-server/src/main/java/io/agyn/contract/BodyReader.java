package io.agyn.contract;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.settings.Settings;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Duration;

/**
 * Reads every request body completely, and parses it with {@link Bodies}. The resource gets a valid body; otherwise,
 * the response lists all violations.
 */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public class BodyReader implements MessageBodyReader<Object> {
    /** The most bytes of a body. */
    public static final int LIMIT = 1 << 20;

    private final Bodies bodies;
    private final Duration timeout;

    BodyReader(Bodies bodies, Settings settings) {
        this.bodies = bodies;
        this.timeout = settings.http().requestTimeout();
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type.getPackageName().equals("io.agyn.api.model");
    }

    @Override
    public Object readFrom(
            Class<Object> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> httpHeaders,
            InputStream stream)
            throws IOException {
        return bodies.read(limited(stream, LIMIT), type);
    }

    /** Returns the problem for a body over the general limit. */
    public static ProblemException tooLarge() {
        return new ProblemException(
                ProblemKind.CONTENT_TOO_LARGE, "The body is over 1 MiB (1,048,576 bytes); send a smaller one.");
    }

    /**
     * Reads a whole body. A slow caller occupies a virtual thread but no database connection, and only until the
     * timeout.
     *
     * @param limit the most bytes of the body
     */
    public byte[] limited(InputStream stream, int limit) throws IOException {
        long start = System.nanoTime();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        try {
            for (int length = stream.read(piece); length >= 0; length = stream.read(piece)) {
                body.write(piece, 0, length);
                if (body.size() > limit) {
                    throw limit == LIMIT
                            ? tooLarge()
                            : new ProblemException(
                                    ProblemKind.CONTENT_TOO_LARGE,
                                    "The body is over %,d bytes; send a smaller one.".formatted(limit));
                }
                if (isTimedOut(start)) {
                    throw timedOut();
                }
            }
        } catch (IOException e) {
            // No bytes arrived until the timeout.
            if (isTimedOut(start)) {
                throw timedOut();
            }
            throw e;
        }
        return body.toByteArray();
    }

    private boolean isTimedOut(long start) {
        return System.nanoTime() - start >= timeout.toNanos();
    }

    private ProblemException timedOut() {
        return new ProblemException(
                ProblemKind.REQUEST_TIMEOUT,
                "The body took longer than %d s to arrive.".formatted(timeout.toSeconds()));
    }
}
