package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;

/** JSON of LLM providers, as bytes. */
@Timeout(60)
class JsonFieldsFuzz {
    private static final String[] PATHS = {"type", "usage", "response.usage", "result.message.usage", "result.type"};
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @FuzzTest
    void fieldsAreThoseThatAParserFinds(byte[] json) throws IOException {
        Map<String, String> picked = pick(json, false);
        assertThat(pick(json, true)).isEqualTo(picked);
        JsonNode tree;
        try {
            tree = MAPPER.readTree(new String(json, UTF_8));
        } catch (JsonProcessingException notJson) {
            return;
        }
        boolean hasEscapes = new String(json, UTF_8).contains("\\");
        if (!tree.isObject() || hasEscapes) {
            // Providers do not escape these names.
            return;
        }
        for (String path : PATHS) {
            JsonNode expected = tree.at("/" + path.replace('.', '/'));
            assertThat(picked.containsKey(path)).isEqualTo(!expected.isMissingNode());
            if (!expected.isMissingNode()) {
                assertThat(MAPPER.readTree(picked.get(path))).isEqualTo(expected);
            }
        }
    }

    private static Map<String, String> pick(byte[] json, boolean inPieces) {
        Map<String, String> picked = new TreeMap<>();
        JsonFields fields = new JsonFields(
                new JsonFields.Paths(PATHS),
                (path, bytes, length) -> picked.put(path, new String(bytes, 0, length, UTF_8)));
        if (inPieces) {
            Pieces.of(json, new Random(Arrays.hashCode(json)), fields::read);
        } else {
            fields.read(json, 0, json.length);
        }
        return picked;
    }
}
