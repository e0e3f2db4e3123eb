package io.agyn.console.forms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.agyn.problems.ProblemException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FormReaderFuzz {
    @FuzzTest
    void formIsReadAsTheUrlStandardSays(byte[] input) {
        String body = new String(input, UTF_8);
        Map<String, List<String>> form;
        try {
            form = FormReader.parse(body);
        } catch (ProblemException malformed) {
            assertThat(body).containsPattern("%(?![0-9a-fA-F]{2})");
            return;
        }
        assertThat(form).isEqualTo(parsed(body));
    }

    /** Parses application/x-www-form-urlencoded as the URL standard says, with HTML line breaks. */
    private static Map<String, List<String>> parsed(String body) {
        Map<String, List<String>> form = new LinkedHashMap<>();
        for (String sequence : body.split("&")) {
            if (!sequence.isEmpty()) {
                int equals = sequence.indexOf('=');
                String name = equals < 0 ? sequence : sequence.substring(0, equals);
                String value = equals < 0 ? "" : sequence.substring(equals + 1);
                form.computeIfAbsent(decoded(name), ignored -> new ArrayList<>())
                        .add(decoded(value).replace("\r\n", "\n"));
            }
        }
        return form;
    }

    private static String decoded(String text) {
        byte[] bytes = text.replace('+', ' ').getBytes(UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%') {
                decoded.write(Character.digit(bytes[i + 1], 16) << 4 | Character.digit(bytes[i + 2], 16));
                i += 2;
            } else {
                decoded.write(bytes[i]);
            }
        }
        return decoded.toString(UTF_8);
    }
}
