package io.agyn.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;

/** Bodies of model calls, as bytes. */
@Timeout(60)
class RequestFieldsFuzz {
    private static final int DEPTH_LIMIT = 64;

    /** The result of one read: the fields, or the error. */
    private record Reading(
            String model,
            Edit edit,
            Map<RequestField, String> values,
            List<Reference> references,
            boolean isRejected) {}

    @FuzzTest
    void splitsDoNotMatterAndParsersAgreeOnTheFields(byte[] body) {
        Reading whole = read(body, Integer.MAX_VALUE);
        assertThat(read(body, 1)).isEqualTo(whole);
        assertThat(readInPieces(body)).isEqualTo(whole);
        if (!whole.isRejected) {
            for (JsonFactory parsers : OtherParsers.ALL) {
                OtherParsers.read(parsers, body).ifPresent(found -> assertAgreement(whole, found));
            }
        }
    }

    /** Any parser of the whole body finds these values, each once, in any spelling. */
    private static void assertAgreement(Reading reading, OtherParsers.Members body) {
        assertThat(body.all("model")).isEqualTo(reading.model == null ? List.of() : List.of(reading.model));
        assertThat(reading.edit.isOnlyMember()).isEqualTo(body.list().isEmpty());
        for (RequestField field : List.of(RequestField.PREVIOUS_RESPONSE_ID, RequestField.CONVERSATION)) {
            List<Object> ids = ids(body.all(field.text()));
            assertThat(ids)
                    .isEqualTo(Optional.ofNullable(reading.values.get(field)).stream()
                            .toList());
            assertThat(reading.references.stream()
                            .filter(reference -> reference.field() == field)
                            .map(Reference::value))
                    .isEqualTo(ids);
        }
        assertThat(body.all("store")).hasSizeLessThan(2);
        boolean isStored = !"false".equals(reading.values.get(RequestField.STORE));
        assertThat(body.all("store").contains("false")).isEqualTo(!isStored);
    }

    private static List<Object> ids(List<Object> values) {
        return values.stream()
                .flatMap(value -> value instanceof OtherParsers.Members object
                        ? object.all("id").stream()
                        : List.of(value).stream())
                .filter(String.class::isInstance)
                .toList();
    }

    private static Reading read(byte[] body, int largest) {
        RequestFields fields = RequestFields.ofResponses(DEPTH_LIMIT);
        return read(fields, () -> {
            for (int at = 0; at < body.length; at += largest) {
                int to = (int) Math.min(body.length, (long) at + largest);
                fields.read(body, at, to);
                if (to == body.length) {
                    break;
                }
            }
        });
    }

    private static Reading readInPieces(byte[] body) {
        RequestFields fields = RequestFields.ofResponses(DEPTH_LIMIT);
        return read(fields, () -> Pieces.of(body, new Random(Arrays.hashCode(body)), fields::read));
    }

    private interface Body {
        void read() throws MalformedBodyException;
    }

    private static Reading read(RequestFields fields, Body body) {
        try {
            body.read();
            fields.end();
        } catch (MalformedBodyException e) {
            // How much was found before, and which of two faults, depends on the pieces.
            return new Reading(null, null, Map.of(), List.of(), true);
        }
        Map<RequestField, String> values = new TreeMap<>();
        for (RequestField field : RequestField.values()) {
            if (fields.value(field) != null) {
                values.put(field, fields.value(field));
            }
        }
        List<Reference> references = new ArrayList<>();
        for (Reference next = fields.takeReference(); next != null; next = fields.takeReference()) {
            references.add(next);
        }
        return new Reading(fields.model(), fields.takeEdit(), values, references, false);
    }
}
