package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class RequestFieldsErrorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,} | at byte 7 a name in quotation marks was expected, not \"}\".",
                "{\"a\":\"b\",  1} | at byte 11 a name in quotation marks was expected, not \"1\".",
                "{\"a\" 1} | at byte 5 a colon was expected, not \"1\".",
                "{\"a\":} | at byte 5 a value was expected, not \"}\".",
                "{\"a\":]} | at byte 5 a value was expected, not \"]\".",
                "{\"a\":~} | at byte 5 a value was expected, not \"~\".",
                "{\"a\":\u007F} | at byte 5 a value was expected, not byte 0x7F.",
                "{\"a\":é} | at byte 5 a value was expected, not byte 0xC3.",
                "{\"a\":\u0001} | at byte 5 a value was expected, not byte 0x01.",
                "{\"a\":\"b\\\"\" !} | at byte 11 a comma or the end of the object was expected, not \"!\".",
                "{\"a\":[1] :} | at byte 9 a comma or the end of the object was expected, not \":\".",
                "{\"a\":12é} | at byte 7 a comma or the end of the object was expected, not byte 0xC3.",
                "{\"a\":1:} | at byte 6 a comma or the end of the object was expected, not \":\".",
            })
    void errorNamesThePositionAndTheByte(String body, String error) {
        assertRejected(body, "The body is not JSON: " + error);
    }

    @Test
    void errorInsideOfAValueNamesTheByte() {
        assertRejected("{\"a\":[!]}", "The body is not JSON: \"!\" is outside of a string.");
        assertRejected("{\"a\":{é}}", "The body is not JSON: byte 0xC3 is outside of a string.");
    }

    @Test
    void contentAfterTheBodyIsFoundByItsPosition() {
        assertRejected("{\"model\":\"a\"} x", "Unexpected content after the JSON object, at byte 14.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model\":\"a\",\"x\":-1.5e+10} | a",
                "{\"x\":true,\"y\":false,\"z\":null,\"model\":\"b\"} | b",
                "{\"x\":{},\"y\":[],\"model\":\"c\"} | c",
                "{\"x\":{\"model\":{\"model\":\"x\"}},\"model\":\"d\"} | d",
                "{\"model\":\"\\u00e9\\\"e\"} | é\"e",
                "{\"model\" \t:\t\"f\" , \"x\" : 1 } | f",
                "{\"\\\\odel\":1,\"m\\u006fdel\":\"g\"} | g",
                "{\"a_name_that_is_longer_than_any_spelling_of_model\":1,\"model\":\"i\"} | i",
                "{\"model1\":1,\"mode\\u006c1\":2,\"mode\\l\":3,\"model\":\"h\"} | h",
            })
    void modelIsFoundAmongOtherFields(String body, String model) throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            RequestFields fields = read(body, seed);
            assertThat(fields.model()).isEqualTo(model);
            Edit edit = fields.takeEdit();
            String value =
                    new String(Arrays.copyOfRange(body.getBytes(UTF_8), (int) edit.from(), (int) edit.to()), UTF_8);
            assertThat(value).startsWith("\"").endsWith("\"");
            assertThat(JsonStrings.decode(value.substring(1, value.length() - 1)))
                    .isEqualTo(model);
        }
    }

    @Test
    void modelTakesUpTo4096Bytes() throws Exception {
        for (int length : new int[] {1, 126, 127, 128, 129, 255, 256, 257, 600, 4_096}) {
            String model = "x".repeat(length);
            for (long seed = 0; seed < 5; seed++) {
                assertThat(read("{\"model\":\"" + model + "\"}", seed).model()).isEqualTo(model);
            }
        }
        assertRejected("{\"model\":\"" + "x".repeat(4_097) + "\"}", "\"model\" is longer than 4096 bytes.");
    }

    @Test
    void editIsUnknownBeforeTheModelIsFound() throws Exception {
        RequestFields fields = RequestFields.ofResponses(8);
        byte[] start = "{\"model\":\"a".getBytes(UTF_8);
        fields.read(start, 0, start.length);
        assertThat(fields.isRoutable()).isFalse();
        assertThat(fields.model()).isNull();
        assertThat(fields.takeEdit()).isNull();
        assertThatThrownBy(fields::end).hasMessage("The body ends in the middle of its JSON object.");
    }

    private static void assertRejected(String body, String message) {
        for (long seed = 0; seed < 20; seed++) {
            long cuts = seed;
            assertThatThrownBy(() -> read(body, cuts))
                    .as(body)
                    .isInstanceOf(MalformedBodyException.class)
                    .hasMessage(message);
        }
    }

    private static RequestFields read(String body, long seed) throws MalformedBodyException {
        RequestFields fields = RequestFields.ofResponses(8);
        Pieces.of(body.getBytes(UTF_8), new Random(seed), fields::read);
        fields.end();
        return fields;
    }
}
