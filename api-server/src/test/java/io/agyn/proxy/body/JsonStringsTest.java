package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class JsonStringsTest {
    @Test
    void textIsDecodedAsOtherParsersDoIt() {
        assertThat(JsonStrings.decode("")).isEmpty();
        assertThat(JsonStrings.decode("a b~é")).isEqualTo("a b~é");
        assertThat(JsonStrings.decode("\\\"\\\\\\/\\b\\f\\n\\r\\t")).isEqualTo("\"\\/\b\f\n\r\t");
        assertThat(JsonStrings.decode("\\u0041\\u00fF\\u00Ffz")).isEqualTo("Aÿÿz");
        assertThat(JsonStrings.decode("\\u20AC9")).isEqualTo("€9");
        assertThat(JsonStrings.decode("\\u0000")).isEqualTo("\0");
    }

    @Test
    void surrogatePairsAreOneCharacterInAnySpelling() {
        char high = "😀".charAt(0);
        char low = "😀".charAt(1);
        for (String pair : new String[] {"😀", "\\ud83d\\ude00", high + "\\uDE00", "\\uD83D" + low}) {
            assertThat(JsonStrings.decode("a" + pair + pair + "b")).isEqualTo("a😀😀b");
        }
    }

    @Test
    void invalidTextIsNotGuessed() {
        for (String literal : new String[] {
            "\\",
            "a\\",
            "\\x",
            "\\u",
            "\\u004",
            "\\u004g",
            "\\u004G",
            "\\u-041",
            // Full-width digits are digits for Java, but not for JSON.
            "\\u００４１",
            "\u001f",
            "a\nb",
            "\ud83d",
            "\\ud83d",
            "\\ud83da",
            "\\ude00\\ud83d",
            "\\ud83d\\ud83d\\ude00",
            "a\ude00"
        }) {
            assertThat(JsonStrings.decode(literal)).as(literal).isNull();
        }
    }

    @Test
    void runEndsAtTheFirstQuoteOrBackslash() {
        byte[] ends = {'"', '\\'};
        // These differ from the two in one bit, or are next to them.
        byte[] plain = "ab !#[]\u00a2\u00dc\u0002\u007f\u0080\u00ff\u0000".getBytes(ISO_8859_1);
        Random random = new Random(1);
        for (int length = 0; length < 40; length++) {
            byte[] bytes = new byte[length + 2];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = plain[random.nextInt(plain.length)];
            }
            for (int from = 0; from <= length; from++) {
                assertThat(JsonStrings.endOfRun(bytes, from, length)).isEqualTo(length);
            }
            for (int end = 0; end < bytes.length; end++) {
                byte[] withEnd = Arrays.copyOf(bytes, bytes.length);
                withEnd[end] = ends[random.nextInt(2)];
                int later = Math.min(end + 1 + random.nextInt(10), withEnd.length - 1);
                withEnd[later] = ends[random.nextInt(2)];
                for (int from = 0; from <= Math.min(end, length); from++) {
                    assertThat(JsonStrings.endOfRun(withEnd, from, length))
                            .as("from %d, end %d of %d", from, end, length)
                            .isEqualTo(Math.min(end, length));
                }
            }
        }
    }
}
