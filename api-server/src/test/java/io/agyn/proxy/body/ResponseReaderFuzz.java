package io.agyn.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.agyn.api.model.Protocol;
import io.agyn.usage.CallUsage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Timeout;

/** Responses of LLM providers, as bytes. */
@Timeout(60)
class ResponseReaderFuzz {
    private static final List<String> CONTENT_TYPES = List.of("application/json", "text/event-stream");

    @FuzzTest
    void usageDoesNotDependOnSplitsOrCompression(byte[] response) throws IOException {
        byte[] gzip = gzip(response);
        for (Protocol protocol : Protocol.values()) {
            for (String contentType : CONTENT_TYPES) {
                List<Object> whole = read(new ResponseReader(protocol, contentType, null), response, false);
                assertThat(read(new ResponseReader(protocol, contentType, null), response, true))
                        .isEqualTo(whole);
                assertThat(read(new ResponseReader(protocol, contentType, "gzip"), gzip, true))
                        .isEqualTo(whole);
            }
        }
    }

    @FuzzTest
    void brokenGzipIsHarmless(byte[] gzip) {
        for (String contentType : CONTENT_TYPES) {
            read(new ResponseReader(Protocol.RESPONSES, contentType, "gzip"), gzip, false);
            read(new ResponseReader(Protocol.RESPONSES, contentType, "gzip"), gzip, true);
        }
    }

    private static List<Object> read(ResponseReader reader, byte[] response, boolean inPieces) {
        if (inPieces) {
            Pieces.of(response, new Random(Arrays.hashCode(response)), reader::read);
        } else {
            reader.read(response, 0, response.length);
        }
        reader.end();
        CallUsage usage = reader.tokens().usage(reader.usageUnknownReason());
        List<Object> found = Arrays.asList(
                usage, reader.isTerminated(), reader.hasFailed(), reader.sequenceNumber(), reader.responseId());
        reader.close();
        return found;
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }
}
