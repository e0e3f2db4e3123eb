package io.agyn.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** Bodies of model calls, as bytes. */
@Timeout(60)
class ModelLocatorFuzz {
    private static final int DEPTH_LIMIT = 64;
    private static final JsonFactory STRICT = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonFactory LENIENT = lenient();

    /** The result of one read: the model and its position, or the error. */
    private record Reading(String model, long start, long end, String rejection) {}

    @FuzzTest
    void splitsDoNotMatterAndParsersAgreeOnTheModel(byte[] body) {
        Reading whole = read(body, Integer.MAX_VALUE);
        assertThat(read(body, 1)).isEqualTo(whole);
        assertThat(readInPieces(body)).isEqualTo(whole);
        if (whole.rejection == null) {
            assertAgreement(STRICT, body, whole.model);
            assertAgreement(LENIENT, body, whole.model);
        }
    }

    /** Any parser of the whole body finds one top-level "model" in any spelling, with this value. */
    private static void assertAgreement(JsonFactory parsers, byte[] body, String model) {
        List<String> found = new ArrayList<>();
        try (JsonParser parser = parsers.createParser(body)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 1
                        && token == JsonToken.FIELD_NAME
                        && parser.currentName().equalsIgnoreCase("model")) {
                    String name = parser.currentName();
                    parser.nextToken();
                    depth += parser.currentToken().isStructStart() ? 1 : 0;
                    found.add(name + "=" + parser.getText());
                }
            }
        } catch (IOException rejected) {
            // A provider with this parser rejects the body, so it has no other meaning there.
            return;
        }
        assertThat(found).containsExactly("model=" + model);
    }

    private static Reading read(byte[] body, int largest) {
        ModelLocator locator = new ModelLocator(DEPTH_LIMIT);
        return read(locator, () -> {
            for (int at = 0; at < body.length; at += largest) {
                int to = (int) Math.min(body.length, (long) at + largest);
                locator.read(body, at, to);
                if (to == body.length) {
                    break;
                }
            }
        });
    }

    private static Reading readInPieces(byte[] body) {
        ModelLocator locator = new ModelLocator(DEPTH_LIMIT);
        return read(locator, () -> Pieces.of(body, new Random(Arrays.hashCode(body)), locator::read));
    }

    private interface Body {
        void read() throws MalformedBodyException;
    }

    private static Reading read(ModelLocator locator, Body body) {
        String rejection = null;
        try {
            body.read();
            locator.end();
        } catch (MalformedBodyException e) {
            rejection = e.getMessage();
        }
        return new Reading(locator.model(), locator.modelStart(), locator.modelEnd(), rejection);
    }

    /** Accepts extensions of common parsers: comments, other quotes, other spellings of numbers. */
    private static JsonFactory lenient() {
        JsonFactoryBuilder builder = new JsonFactoryBuilder();
        for (JsonReadFeature feature : JsonReadFeature.values()) {
            builder.enable(feature);
        }
        return builder.build();
    }
}
