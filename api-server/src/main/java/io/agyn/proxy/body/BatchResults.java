package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.agyn.logging.Exceptions;
import java.io.IOException;
import java.util.Arrays;
import org.jboss.logging.Logger;

/** Sums the usage of a batch's results, one JSON object per line. The last line may have no line break. */
final class BatchResults {
    private static final Logger LOG = Logger.getLogger(BatchResults.class);
    private static final String TYPE = "result.type";
    private static final JsonFields.Paths FIELDS = new JsonFields.Paths(TYPE, "result.message.usage");
    // Requests that failed, expired or were cancelled are not billed.
    private static final byte[] SUCCEEDED = "\"succeeded\"".getBytes(US_ASCII);

    private final TokenCounts sum;
    private final JsonFields fields = new JsonFields(FIELDS, this::readField);
    private TokenCounts line = new TokenCounts();
    private boolean succeeded;
    private boolean whole = true;
    private boolean ended;

    BatchResults(TokenCounts sum) {
        this.sum = sum;
    }

    void read(byte[] bytes, int from, int to) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                fields.read(bytes, start, i);
                endLine();
                start = i + 1;
            }
        }
        fields.read(bytes, start, to);
    }

    void end() {
        endLine();
        ended = true;
    }

    /** Whether all lines have been read. */
    boolean isFinal() {
        return ended && whole;
    }

    private void endLine() {
        if (!fields.isStarted()) {
            return;
        }
        whole &= fields.isWhole();
        if (succeeded && fields.isWhole()) {
            sum.add(line);
        }
        fields.reset();
        line = new TokenCounts();
        succeeded = false;
    }

    private void readField(String path, byte[] bytes, int length) {
        if (path.equals(TYPE)) {
            succeeded = Arrays.equals(bytes, 0, length, SUCCEEDED, 0, SUCCEEDED.length);
            return;
        }
        try {
            line.readMessages(bytes, 0, length);
        } catch (IOException e) {
            LOG.debug("Usage could not be parsed", Exceptions.withoutMessages(e));
        }
    }
}
