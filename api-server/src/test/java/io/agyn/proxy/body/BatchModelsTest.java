package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class BatchModelsTest {
    private static final int DEPTH_LIMIT = 64;

    @Test
    void everyModelOfTheRequestsIsFound() throws Exception {
        String body = """
                { "x": {"requests": [{"params": {"model": "no"}}]}, "requests" : [
                  {"custom_id": "1", "params": {"max_tokens": 1, "model": "a", "messages": [{"model": "no"}]}},
                  {"params": {"model": "b", "metadata": {"model": "no"}}, "model": "no"},
                  {"par\\u0061ms": {"model": "\\u0061"}, "other": {"params": {"model": "no"}}}
                ], "y": [{"params": {"model": "no"}}] }
                """;
        for (long seed = 0; seed < 50; seed++) {
            BatchModels models = new BatchModels(DEPTH_LIMIT);
            Pieces.of(body.getBytes(UTF_8), new Random(seed), models::read);
            models.end();
            assertThat(models.model()).isEqualTo("a");
            assertThat(models.takeReference())
                    .isEqualTo(new Reference(RequestField.MODEL, "requests.1.params.model", "b"));
            assertThat(models.takeReference()).isNull();
            List<String> found = new ArrayList<>();
            for (Edit edit = models.takeEdit(); edit != null; edit = models.takeEdit()) {
                found.add(body.substring((int) edit.from(), (int) edit.to()));
            }
            assertThat(found).containsExactly("\"a\"", "\"b\"", "\"\\u0061\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | requests: Field required",
                "{'requests':[]} | requests: List should have at least 1 item",
                "{'requests':{'params':{'model':'a'}}} | requests: List should have at least 1 item",
                "{'requests':'a'} | requests: List should have at least 1 item",
                "{'requests':[1]} | requests.0.params.model: Field required",
                "{'requests':[{}]} | requests.0.params.model: Field required",
                "{'requests':[[{'params':{'model':'a'}}]]} | requests.0.params.model: Field required",
                "{'requests':[{'params':[{'model':'a'}]}]} | requests.0.params.model: Field required",
                "{'requests':[{'params':{'model':'a'}},{'params':{}},{'params':{'model':'a'}}]}"
                        + " | requests.1.params.model: Field required",
                "{'requests':[{'params':{'model':'a'}},{'params':{'x':1}}]} | requests.1.params.model: Field required",
                "{'requests':[{'params':{'model':null}}]} | \"requests.0.params.model\" must be a string.",
                "{'requests':[{'params':{'model':'a','model':'b'}}]} | \"model\" is duplicated.",
                "{'requests':[{'params':{'model':'a','Model':'b'}}]} | \"model\" is duplicated.",
                "{'requests':[{'params':{'model':'a'},'param\\u0073':{}}]} | \"params\" is duplicated.",
                "{'requests':[{'Params':{'model':'a'}}]} | could be read as \"params\"",
                "{'requests':[{'params':{'model':'a'}}],'reque\\u017Fts':[]} | \"requests\" is duplicated.",
                "{'requests':[{'params':{'model':'a'}}]} {} | Unexpected content after the JSON object",
                "{'requests':[{'params':{'model':'a'}}} | a comma or the end of the array",
                "{'requests':[{'params':{'model':'a'}},]} | a value was expected",
                "{'requests':[{'params':{'model':'a'}]]} | a comma or the end of the object",
                "{'requests':[{'params':{'model':'a'}} | ends in the middle",
                "` | not a JSON object",
            })
    void batchWithoutOneModelPerRequestIsRejected(String body, String sentence) {
        for (long seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            BatchModels models = new BatchModels(DEPTH_LIMIT);
            assertThatThrownBy(() -> {
                        Pieces.of(body.replace('\'', '"').getBytes(UTF_8), random, models::read);
                        models.end();
                    })
                    .isInstanceOf(MalformedBodyException.class)
                    .hasMessageContaining(sentence);
        }
    }

    @Test
    void aModelThatIsCutIsHeld() throws Exception {
        byte[] start = "{\"requests\":[{\"params\":{\"model\":\"a\"}},{\"params\":{\"model\": \"b".getBytes(UTF_8);
        BatchModels models = new BatchModels(DEPTH_LIMIT);
        models.read(start, 0, start.length);
        assertThat(models.isRoutable()).isTrue();
        assertThat(models.heldFrom()).isEqualTo(start.length - 2);
        byte[] rest = "c\"".getBytes(UTF_8);
        models.read(rest, 0, rest.length);
        assertThat(models.heldFrom()).isEqualTo(Long.MAX_VALUE);
        assertThat(models.takeReference().value()).isEqualTo("bc");
    }

    @Test
    void aBatchHasAtMost256Models() {
        StringBuilder body = new StringBuilder("{\"requests\":[");
        for (int i = 0; i <= 256; i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"params\":{\"model\":\"m")
                    .append(i)
                    .append("\"}}");
        }
        byte[] bytes = body.append("]}").toString().getBytes(UTF_8);
        assertThatThrownBy(() -> new BatchModels(DEPTH_LIMIT).read(bytes, 0, bytes.length))
                .hasMessage("The batch has more than 256 different models.");
    }
}
