package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLocatorTest {
    private static final int DEPTH_LIMIT = 64;
    private static final String REPLACEMENT = "\"remote/名\"";

    @Test
    void onlyTheModelIsChangedForAnyBodyAndSplits() throws Exception {
        for (long seed = 0; seed < 3_000; seed++) {
            RandomBody body = new RandomBody(new Random(seed));
            String text = body.text();
            String expected = text.substring(0, body.modelStart()) + REPLACEMENT + text.substring(body.modelEnd());
            ModelLocator locator = new ModelLocator(DEPTH_LIMIT);
            try {
                read(locator, text.getBytes(UTF_8), new Random(seed));
                locator.end();
            } catch (MalformedBodyException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
            assertThat(locator.model()).as("seed %d: %s", seed, text).isEqualTo(body.model());
            assertThat(spliced(text.getBytes(UTF_8), locator))
                    .as("seed %d", seed)
                    .isEqualTo(expected.getBytes(UTF_8));
        }
    }

    @Test
    void truncatedJsonIsDetected() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] whole = new RandomBody(random).text().strip().getBytes(UTF_8);
            byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
            assertThatThrownBy(() -> readWhole(cut, random))
                    .as("seed %d", seed)
                    .isInstanceOf(MalformedBodyException.class);
        }
    }

    @Test
    void damagedJsonIsRejectedOrReadLikeOtherParsers() {
        ObjectMapper mapper = new ObjectMapper();
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            byte[] damaged = new RandomBody(random).text().getBytes(UTF_8);
            byte[] marks = "\"\\{}[],: e".getBytes(UTF_8);
            damaged[random.nextInt(damaged.length)] = marks[random.nextInt(marks.length)];
            JsonNode parsed;
            String model;
            try {
                model = readWhole(damaged, random).model();
                parsed = mapper.readTree(damaged);
            } catch (Exception rejectedByOneOfThem) {
                continue;
            }
            assertThat(model)
                    .as("seed %d: %s", seed, new String(damaged, UTF_8))
                    .isEqualTo(parsed.get("model").asText());
        }
    }

    @Test
    void modelIsKnownAsSoonAsItHasArrived() throws Exception {
        ModelLocator locator = new ModelLocator(DEPTH_LIMIT);
        byte[] start = "{\"model\":\"gpt".getBytes(UTF_8);
        locator.read(start, 0, start.length);
        assertThat(locator.isFound()).isFalse();
        byte[] rest = "-4o\"".getBytes(UTF_8);
        locator.read(rest, 0, rest.length);
        assertThat(locator.isFound()).isTrue();
        assertThat(locator.model()).isEqualTo("gpt-4o");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"a\"}",
                "{\"mod\\u0065l\":\"\\u0061\"}",
                "\n{ \"model\" : \"a\" }\r\n\t ",
                "{\"model\":\"a\",\"big\":123456789012345678901234567890.5e+999,\"modell\":\"b\",\"mode\":\"c\",\"\":\"model\"}",
                "{\"x\":{\"model\":\"b\"},\"y\":[{\"model\":1},\"model\"],\"model\":\"a\",\"x\":1,\"x\":2}"
            })
    void modelIsFound(String body) throws Exception {
        assertThat(readWhole(body.getBytes(UTF_8), new Random(1)).model()).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model\":\"a\",\"model\":\"b\"} | is duplicated",
                "{\"model\":\"a\",\"x\":[],\"mod\\u0065l\":\"b\"} | is duplicated",
                "{\"model\":\"a\",\"\\u006d\\u006F\\u0064\\u0065\\u006c\":\"b\"} | is duplicated",
                "{\"mod\\u0065l\":\"a\",\"model\":\"b\"} | is duplicated",
                "{\"model\":\"a\",\"Model\":\"b\"} | is duplicated",
                "{\"MODEL\":\"a\",\"model\":\"b\"} | \"MODEL\" could be read as",
                "{\"\\u004dodel\":\"a\"} | \"Model\" could be read as",
                "[{\"model\":\"a\"}] | not a JSON object",
                "\"model\" | not a JSON object",
                "null | not a JSON object",
                "\uFEFF{\"model\":\"a\"} | not a JSON object",
                "`` | is empty",
                "`  ` | is empty",
                "{} | is missing",
                "{\"x\":{\"model\":\"a\"}} | is missing",
                "{\"model\":null} | must be a string",
                "{\"model\":1} | must be a string",
                "{\"model\":[\"a\"]} | must be a string",
                "{\"model\":\"\"} | \"model\" is empty",
                "{\"model\":\"a\\x\"} | not a valid JSON string",
                "{\"model\":\"\\u12\"} | not a valid JSON string",
                "{\"model\":\"\\ud800\"} | not a valid JSON string",
                "{\"model\":\"a\tb\"} | not a valid JSON string",
                "{\"model\":\"a\"}{\"model\":\"b\"} | after the JSON object",
                "{\"model\":\"a\"}, | after the JSON object",
                "{\"model\":\"a\" | ends in the middle",
                "{\"model\":\"a | ends in the middle",
                "{\"model\":\"a\",\"x\":[1} | brackets do not match",
                "{\"model\":\"a\",\"x\":[{]} | brackets do not match",
                "{\"model\":\"a\",\"x\":[1]] | not JSON",
                "{\"model\":\"a\",} | not JSON",
                "{\"x\":,\"model\":\"a\"} | not JSON",
                "{\"x\":1 2,\"model\":\"a\"} | not JSON",
                "{\"x\":1:2,\"model\":\"a\"} | not JSON",
                "{\"x\" \"model\":\"a\"} | not JSON",
                "{model:\"a\"} | not JSON",
                "{'model':\"a\"} | not JSON",
                "{/*\"model\":\"b\",*/\"model\":\"a\"} | not JSON",
                "{\"x\":[//]],\"model\":\"a\"} | not JSON",
                "{\"x\":['\"'],\"model\":\"a\"} | not JSON"
            })
    void ambiguousJsonIsRejectedWithTheReason(String body, String sentence) {
        for (long seed = 0; seed < 5; seed++) {
            Random random = new Random(seed);
            assertThatThrownBy(() -> readWhole(body.getBytes(UTF_8), random))
                    .isInstanceOf(MalformedBodyException.class)
                    .hasMessageContaining(sentence);
        }
    }

    @ParameterizedTest
    // An invalid first byte, an overlong slash, half of a surrogate pair, and a truncated character.
    @ValueSource(strings = {"\u00ff", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00e5\u0090"})
    void invalidUtf8ModelIsRejected(String latin) {
        assertThatThrownBy(() -> readWhole(("{\"model\":\"a" + latin + "\"}").getBytes(ISO_8859_1), new Random(1)))
                .isInstanceOf(MalformedBodyException.class)
                .hasMessageContaining("not valid UTF-8");
    }

    @Test
    void nestingIsTakenUpToTheLimit() throws Exception {
        for (int limit : new int[] {1, 2, 64, 65, 1000}) {
            readWhole(nested(limit - 1), limit);
            assertThatThrownBy(() -> readWhole(nested(limit), limit))
                    .isInstanceOf(MalformedBodyException.class)
                    .hasMessageContaining("deeper than " + limit);
        }
    }

    @Test
    void tooLongModelIsRejectedBeforeItsEnd() {
        byte[] endless = ("{\"model\":\"" + "a".repeat(5_000)).getBytes(UTF_8);
        assertThatThrownBy(() -> readWhole(endless, DEPTH_LIMIT))
                .isInstanceOf(MalformedBodyException.class)
                .hasMessageContaining("longer than any model name");
    }

    private static byte[] nested(int levels) {
        StringBuilder body = new StringBuilder("{\"model\":\"a\",\"x\":");
        for (int i = 0; i < levels; i++) {
            body.append(i % 3 == 0 ? "{\"y\":" : "[");
        }
        body.append('1');
        for (int i = levels - 1; i >= 0; i--) {
            body.append(i % 3 == 0 ? "}" : "]");
        }
        return body.append('}').toString().getBytes(UTF_8);
    }

    private static void readWhole(byte[] body, int depthLimit) throws MalformedBodyException {
        ModelLocator locator = new ModelLocator(depthLimit);
        locator.read(body, 0, body.length);
        locator.end();
    }

    private static ModelLocator readWhole(byte[] body, Random random) throws MalformedBodyException {
        ModelLocator locator = new ModelLocator(DEPTH_LIMIT);
        read(locator, body, random);
        locator.end();
        return locator;
    }

    /** In pieces, each at some offset of a separate array. */
    private static void read(ModelLocator locator, byte[] body, Random random) throws MalformedBodyException {
        Pieces.of(body, random, locator::read);
    }

    private static byte[] spliced(byte[] body, ModelLocator locator) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(body, 0, (int) locator.modelStart());
        out.writeBytes(REPLACEMENT.getBytes(UTF_8));
        out.write(body, (int) locator.modelEnd(), body.length - (int) locator.modelEnd());
        return out.toByteArray();
    }
}
