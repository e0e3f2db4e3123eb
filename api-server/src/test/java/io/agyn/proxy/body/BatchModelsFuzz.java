package io.agyn.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** Batches, as bytes. */
@Timeout(60)
class BatchModelsFuzz {
    private static final int DEPTH_LIMIT = 64;

    private record Reading(String model, List<Edit> edits, List<Reference> references, String rejection) {}

    @FuzzTest
    void splitsDoNotMatterAndParsersAgreeOnTheModels(byte[] body) {
        Reading whole = read(body, Integer.MAX_VALUE);
        assertThat(read(body, 1)).isEqualTo(whole);
        Random random = new Random(Arrays.hashCode(body));
        assertThat(read(body, 1 + random.nextInt(30))).isEqualTo(whole);
        if (whole.rejection == null) {
            List<String> models = whole.edits.stream().map(Edit::model).toList();
            assertThat(whole.model).isEqualTo(models.getFirst());
            assertThat(whole.references.stream().map(Reference::value))
                    .isEqualTo(models.stream().distinct().skip(1).toList());
            for (JsonFactory parsers : OtherParsers.ALL) {
                OtherParsers.read(parsers, body)
                        .ifPresent(found -> assertThat(models(found)).isEqualTo(models));
            }
        }
    }

    /** All values that a parser could take for the model of a request; each request has one. */
    private static List<Object> models(OtherParsers.Members batch) {
        List<Object> models = new ArrayList<>();
        assertThat(batch.all("requests")).hasSize(1);
        for (Object request : (List<?>) batch.all("requests").getFirst()) {
            List<Object> params = ((OtherParsers.Members) request).all("params");
            assertThat(params).hasSize(1);
            List<Object> model = ((OtherParsers.Members) params.getFirst()).all("model");
            assertThat(model).hasSize(1);
            models.addAll(model);
        }
        return models;
    }

    private static Reading read(byte[] body, int largest) {
        BatchModels models = new BatchModels(DEPTH_LIMIT);
        List<Edit> edits = new ArrayList<>();
        List<Reference> references = new ArrayList<>();
        String rejection = null;
        try {
            for (int at = 0; at < body.length; ) {
                int to = (int) Math.min(body.length, (long) at + largest);
                models.read(body, at, to);
                at = to;
                for (Edit next = models.takeEdit(); next != null; next = models.takeEdit()) {
                    assertThat(next.to()).isLessThanOrEqualTo(at);
                    edits.add(next);
                }
                for (Reference next = models.takeReference(); next != null; next = models.takeReference()) {
                    references.add(next);
                }
            }
            models.end();
        } catch (MalformedBodyException e) {
            // How much was found before depends on the pieces.
            return new Reading(null, List.of(), List.of(), e.getMessage());
        }
        return new Reading(models.model(), edits, references, rejection);
    }
}
