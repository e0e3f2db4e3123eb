package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** Streams of server-sent events, as bytes. */
@Timeout(60)
class EventStreamFuzz {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @FuzzTest
    void eventsAreThoseOfTheStandard(byte[] stream) {
        List<String> expected = events(new String(stream, ISO_8859_1));
        assertThat(split(stream, false)).isEqualTo(expected);
        assertThat(split(stream, true)).isEqualTo(expected);
    }

    @FuzzTest
    void textsDoNotDependOnSplits(byte[] stream) {
        assertThat(texts(stream, true)).isEqualTo(texts(stream, false));
    }

    private static List<String> split(byte[] stream, boolean inPieces) {
        List<String> events = new ArrayList<>();
        EventSplitter splitter = new EventSplitter(new EventSplitter.Sink() {
            private final StringBuilder data = new StringBuilder();

            @Override
            public void data(byte[] bytes, int from, int to) {
                data.append(new String(bytes, from, to - from, ISO_8859_1));
            }

            @Override
            public void end() {
                if (!data.isEmpty()) {
                    events.add(data.toString());
                }
                data.setLength(0);
            }
        });
        read(splitter, stream, inPieces);
        return events;
    }

    private static List<String> texts(byte[] stream, boolean inPieces) {
        List<String> texts = new ArrayList<>();
        EventTexts sink = new EventTexts(MAPPER, texts::add);
        read(new EventSplitter(sink), stream, inPieces);
        texts.add(sink.error());
        return texts;
    }

    private static void read(EventSplitter splitter, byte[] stream, boolean inPieces) {
        if (inPieces) {
            Pieces.of(stream, new Random(Arrays.hashCode(stream)), splitter::read);
        } else {
            splitter.read(stream, 0, stream.length);
        }
        splitter.end();
    }

    /**
     * The data of all events by the HTML standard, line by line; the last event's empty line may be missing.
     * By the standard, an event without data is ignored.
     */
    private static List<String> events(String stream) {
        String text = stream.startsWith("\u00EF\u00BB\u00BF") ? stream.substring(3) : stream;
        List<String> events = new ArrayList<>();
        List<String> data = new ArrayList<>();
        for (String line : (text + "\n\n").split("\r\n|\r|\n", -1)) {
            if (line.isEmpty()) {
                events.add(String.join("\n", data));
                data.clear();
            } else if (line.equals("data")) {
                data.add("");
            } else if (line.startsWith("data:")) {
                data.add(line.substring(line.startsWith("data: ") ? 6 : 5));
            }
        }
        events.removeIf(String::isEmpty);
        return events;
    }
}
