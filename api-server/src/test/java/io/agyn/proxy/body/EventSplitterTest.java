package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class EventSplitterTest {
    private static final String EVENTS = """
            : a comment
            event: first
            data: one

            id: 7
            data:two
            data:  three
            data
            dat: none
            database: none

            retry: 10

            data: 名 😀 data: four

            """;
    private static final List<String> SPLIT = List.of("one", "two\n three\n", "", "名 😀 data: four");

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void dataIsTheSameHoweverTheStreamIsCut(String lineEnd) {
        String events = EVENTS.replace("\n", lineEnd);
        for (long seed = 0; seed < 500; seed++) {
            assertThat(split(events, seed, false)).as("seed %d", seed).isEqualTo(SPLIT);
            assertThat(split("\uFEFF" + events, seed, false))
                    .as("seed %d", seed)
                    .isEqualTo(SPLIT);
        }
    }

    @Test
    void mixedLineEndsAreAllUnderstood() {
        String events = "data: a\r\ndata: b\r\r\n\ndata: c\n\r\n";
        for (long seed = 0; seed < 200; seed++) {
            // The CRLF after the empty line, and the LF after it, are also empty lines.
            assertThat(split(events, seed, false)).as("seed %d", seed).containsExactly("a\nb", "", "c");
        }
    }

    @Test
    void lastEventWithoutItsEmptyLineEndsWithTheStream() {
        for (String end : List.of("", "\n", "\r", "\r\n")) {
            assertThat(split("data: a\n\ndata: b" + end, 1, false)).containsExactly("a");
            assertThat(split("data: a\n\ndata: b" + end, 1, true)).containsExactly("a", "b");
        }
        assertThat(split("data: a\n\n", 1, true)).containsExactly("a");
        assertThat(split("", 1, true)).isEmpty();
    }

    @Test
    void partOfAByteOrderMarkSpoilsItsLineAlone() {
        byte[] events = "xxdata: a\n\ndata: b\n\n".getBytes(UTF_8);
        events[0] = (byte) 0xEF;
        events[1] = (byte) 0xBB;
        assertThat(split(events, 1, false)).containsExactly("", "b");
    }

    @Test
    void anotherEventFitsInBetweenEventsOnly() {
        byte[] events = "\uFEFFdata: a\r\n\r\n: b\n\n".getBytes(UTF_8);
        List<Integer> between = new ArrayList<>();
        for (int length = 0; length <= events.length; length++) {
            EventSplitter splitter = new EventSplitter(new Collector());
            splitter.read(events, 0, length);
            if (splitter.isBetweenEvents()) {
                between.add(length);
            }
        }
        // After the mark, after each CR and LF of the empty line.
        assertThat(between).containsExactly(0, 3, 13, 14, 19);
    }

    private static List<String> split(String events, long seed, boolean end) {
        return split(events.getBytes(UTF_8), seed, end);
    }

    private static List<String> split(byte[] events, long seed, boolean end) {
        Collector collector = new Collector();
        EventSplitter splitter = new EventSplitter(collector);
        Pieces.of(events, new Random(seed), splitter::read);
        if (end) {
            splitter.end();
        }
        return collector.events;
    }

    private static final class Collector implements EventSplitter.Sink {
        private final List<String> events = new ArrayList<>();
        private final ByteArrayOutputStream data = new ByteArrayOutputStream();

        @Override
        public void data(byte[] bytes, int from, int to) {
            data.write(bytes, from, to - from);
        }

        @Override
        public void end() {
            events.add(data.toString(UTF_8));
            data.reset();
        }
    }
}
