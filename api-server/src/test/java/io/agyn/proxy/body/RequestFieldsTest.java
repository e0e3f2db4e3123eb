package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFieldsTest {
    private static final int DEPTH_LIMIT = 64;
    private static final String REPLACEMENT = "\"remote/名\"";

    @Test
    void onlyTheModelIsChangedForAnyBodyAndSplits() throws Exception {
        for (long seed = 0; seed < 3_000; seed++) {
            RandomBody body = new RandomBody(new Random(seed));
            String text = body.text();
            String expected = text.substring(0, body.modelStart()) + REPLACEMENT + text.substring(body.modelEnd());
            RequestFields fields = RequestFields.ofResponses(DEPTH_LIMIT);
            try {
                read(fields, text.getBytes(UTF_8), new Random(seed));
                fields.end();
            } catch (MalformedBodyException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
            assertThat(fields.model()).as("seed %d: %s", seed, text).isEqualTo(body.model());
            assertThat(spliced(text.getBytes(UTF_8), fields, REPLACEMENT))
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
                    .isEqualTo(parsed.path("model").asText(null));
        }
    }

    @Test
    void modelIsKnownAsSoonAsItHasArrived() throws Exception {
        RequestFields fields = RequestFields.ofResponses(DEPTH_LIMIT);
        byte[] start = "{\"model\":\"gpt".getBytes(UTF_8);
        fields.read(start, 0, start.length);
        assertThat(fields.isRoutable()).isFalse();
        byte[] rest = "-4o\"".getBytes(UTF_8);
        fields.read(rest, 0, rest.length);
        assertThat(fields.isRoutable()).isTrue();
        assertThat(fields.model()).isEqualTo("gpt-4o");
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
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | {'model':'r'}",
                " { } | {'model':'r' }",
                "{'a':1} | {'model':'r','a':1}",
                "{'x':{'model':'a'}} | {'model':'r','x':{'model':'a'}}",
                "{ 'a_name_longer_than_any_field_of_a_response_in_any_spelling_of_it_that_escapes_each_of_its_characters_once'"
                        + ":[] } | {'model':'r', 'a_name_longer_than_any_field_of_a_response_in_any_spelling_of_it_that_escapes"
                        + "_each_of_its_characters_once':[] }"
            })
    void defaultModelIsInserted(String body, String expected) throws Exception {
        byte[] bytes = body.replace('\'', '"').getBytes(UTF_8);
        RequestFields fields = readWhole(bytes, new Random(1));
        assertThat(fields.isRoutable()).isTrue();
        assertThat(fields.model()).isNull();
        assertThat(new String(spliced(bytes, fields, "\"r\""), UTF_8)).isEqualTo(expected.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'previous_response_id':'resp_1','model':'a'} | previous_response_id=resp_1",
                "{'model':'a','input':'b','previous_response_id':'resp_1'} | previous_response_id=resp_1",
                "{'model':'a','conversation':'conv_1'} | conversation=conv_1",
                "{'model':'a','conversation':{'x':{'id':'b'},'id':'conv_1'}} | conversation=conv_1",
                "{'conversation':'\\u0061','previous_response_id':'b'} | conversation=a previous_response_id=b",
                "{'model':'a','conversation':{},'previous_response_id':null} |",
                "{'model':'a','conversation':null,'x':{'previous_response_id':'b'}} |"
            })
    void storedObjectsAreFoundBeforeAndAfterTheModel(String body, String references) throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            RequestFields fields = readWhole(body.replace('\'', '"').getBytes(UTF_8), new Random(seed));
            List<String> found = new ArrayList<>();
            for (Reference next = fields.takeReference(); next != null; next = fields.takeReference()) {
                assertThat(next.value()).isEqualTo(fields.value(next.field()));
                found.add(next.parameter() + "=" + next.value());
            }
            assertThat(String.join(" ", found)).isEqualTo(references == null ? "" : references);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'previous_response_id':'a','previous_response_id':'a'} | is duplicated",
                "{'Previous_Response_Id':'a'} | could be read as",
                "{'previou\u017f_response_id':'a'} | could be read as",
                "{'conver\\u017fation':'a'} | could be read as",
                "{'bac\u212Aground':true} | could be read as",
                "{'\\u0073tore':true,'store':false} | is duplicated",
                "{'previous_response_id':1} | must be a string",
                "{'conversation':['a']} | must be a string",
                "{'conversation':{'id':'a','ID':'b'}} | is duplicated",
                "{'conversation':{'id':['a']}} | must be a string",
            })
    void ambiguousReferenceIsRejected(String body, String sentence) {
        for (long seed = 0; seed < 5; seed++) {
            Random random = new Random(seed);
            assertThatThrownBy(() -> readWhole(body.replace('\'', '"').getBytes(UTF_8), random))
                    .isInstanceOf(MalformedBodyException.class)
                    .hasMessageContaining(sentence);
        }
    }

    @Test
    void longReferenceIsRejected() {
        for (String value : new String[] {"\"%s\"", "{\"x\":\"%s\",\"id\":\"a\"}"}) {
            String body = "{\"conversation\":" + value.formatted("a".repeat(5_000)) + "}";
            assertThatThrownBy(() -> readWhole(body.getBytes(UTF_8), DEPTH_LIMIT))
                    .isInstanceOf(MalformedBodyException.class)
                    .hasMessageContaining("longer than 4096 bytes");
        }
    }

    @Test
    void flagsAndFieldsOfMessagesAreRead() throws Exception {
        byte[] message = ("{\"type\":\"response.create\",\"stream_id\":\"a\",\"store\":false,\"background\":true ,"
                        + "\"stream\":true,\"model\":\"m\",\"response_id\":null}")
                .getBytes(UTF_8);
        RequestFields fields = RequestFields.ofSocketMessage(DEPTH_LIMIT);
        read(fields, message, new Random(1));
        fields.end();
        assertThat(fields.model()).isEqualTo("m");
        assertThat(fields.value(RequestField.TYPE)).isEqualTo("response.create");
        assertThat(fields.value(RequestField.STREAM_ID)).isEqualTo("a");
        assertThat(fields.value(RequestField.STORE)).isEqualTo("false");
        assertThat(fields.value(RequestField.BACKGROUND)).isEqualTo("true");
        assertThat(fields.value(RequestField.RESPONSE_ID)).isNull();
    }

    @Test
    void messagesProtocolHasNoReferences() throws Exception {
        byte[] body = "{\"previous_response_id\":1,\"model\":\"a\"}".getBytes(UTF_8);
        RequestFields fields = RequestFields.ofMessages(DEPTH_LIMIT);
        fields.read(body, 0, body.length);
        fields.end();
        assertThat(fields.takeReference()).isNull();
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
                .hasMessageContaining("longer than 4096 bytes");
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
        RequestFields fields = RequestFields.ofResponses(depthLimit);
        fields.read(body, 0, body.length);
        fields.end();
    }

    private static RequestFields readWhole(byte[] body, Random random) throws MalformedBodyException {
        RequestFields fields = RequestFields.ofResponses(DEPTH_LIMIT);
        read(fields, body, random);
        fields.end();
        return fields;
    }

    /** In pieces, each at some offset of a separate array. */
    private static void read(RequestFields fields, byte[] body, Random random) throws MalformedBodyException {
        Pieces.of(body, random, fields::read);
    }

    private static byte[] spliced(byte[] body, RequestFields fields, String model) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Edit edit = fields.takeEdit();
        assertThat(fields.takeEdit()).isNull();
        out.write(body, 0, (int) edit.from());
        out.writeBytes(edit.text(model.getBytes(UTF_8)));
        out.write(body, (int) edit.to(), body.length - (int) edit.to());
        return out.toByteArray();
    }
}
