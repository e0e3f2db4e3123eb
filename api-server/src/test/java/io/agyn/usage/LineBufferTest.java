package io.agyn.usage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class LineBufferTest {
    private final LineBuffer lines = new LineBuffer();

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99, 100, 1_000_000_000_000L, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void writesNumbersInDecimal(long value) {
        lines.append(value);
        assertThat(text()).isEqualTo(Long.toString(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "é", "a\u00e9b", "\u65e5\u672c\u8a9e", "a\ud83d\ude00b"})
    void writesTextInUtf8(String value) {
        lines.append("before ").append(value).append(" after");
        assertThat(text()).isEqualTo("before " + value + " after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000-0000-0000-0000-000000000000", "0198c2f4-9a3b-7c1d-8e5f-f0123456789a"})
    void writesUuidsCanonically(String id) {
        lines.append(UUID.fromString(id));
        assertThat(text()).isEqualTo(id);
    }

    @Test
    void keepsLeadingZeros() {
        lines.appendDigits(42, 6);
        assertThat(text()).isEqualTo("000042");
    }

    @Test
    void growsAndTruncates() {
        lines.append("kept");
        int kept = lines.length();
        lines.append("x".repeat(100_000));
        assertThat(text()).hasSize(100_004);
        lines.truncate(kept);
        assertThat(text()).isEqualTo("kept");
    }

    @Test
    void fullBufferGrowsForEveryValue() {
        List<Consumer<LineBuffer>> values = List.of(
                buffer -> buffer.append("text"),
                buffer -> buffer.append("é"),
                buffer -> buffer.append('c'),
                buffer -> buffer.append('é'),
                buffer -> buffer.append(1L),
                buffer -> buffer.append(Long.MAX_VALUE),
                buffer -> buffer.append(-1L),
                buffer -> buffer.appendDigits(7, 30),
                buffer -> buffer.append(new UUID(1, 2)),
                buffer -> buffer.append(new byte[20_000]));
        for (int free = 0; free < 40; free++) {
            String before = "x".repeat(8_192 - free);
            for (Consumer<LineBuffer> value : values) {
                LineBuffer alone = new LineBuffer();
                value.accept(alone);
                LineBuffer full = new LineBuffer().append(before);
                value.accept(full);
                assertThat(new String(full.toBytes(), UTF_8)).isEqualTo(before + new String(alone.toBytes(), UTF_8));
            }
        }
    }

    @Test
    void valuesFollowEachOther() {
        lines.append(-1L)
                .append('é')
                .append('\u007F')
                .append('\u0080')
                .append(0L)
                .append("é")
                .append(2L);
        assertThat(text()).isEqualTo("-1é\u007F\u00800é2");
    }

    private String text() {
        return new String(lines.toBytes(), UTF_8);
    }
}
