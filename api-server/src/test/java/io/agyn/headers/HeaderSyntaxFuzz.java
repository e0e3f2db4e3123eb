package io.agyn.headers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;

/** Credentials and lists of header names, as users write them. */
@Timeout(60)
class HeaderSyntaxFuzz {
    @FuzzTest
    void credentialIsAlwaysAHeaderValue(byte[] stored) {
        Optional<String> credential = HeaderSyntax.credential(new String(stored, UTF_8));
        credential.ifPresent(value -> {
            assertThat(HeaderSyntax.isValue(value)).isTrue();
            assertThat(value).isNotEmpty().isEqualTo(value.strip());
            assertThat(new String(stored, UTF_8)).contains(value);
            assertThat(HeaderSyntax.credential(value)).contains(value);
        });
    }

    /** The input is a list of names and prefixes, and the name to look up in its last line. */
    @FuzzTest
    void setHoldsTheNamesOfItsList(byte[] input) {
        String text = new String(input, UTF_8);
        int end = Math.max(0, text.lastIndexOf('\n'));
        String name = text.substring(end).strip();
        List<String> entries = HeaderNames.entries(text.substring(0, end)).stream()
                .filter(HeaderNames::isEntry)
                .toList();
        String lower = name.toLowerCase(Locale.ROOT);
        boolean expected = entries.stream()
                .map(entry -> entry.toLowerCase(Locale.ROOT))
                .anyMatch(entry -> entry.endsWith("*")
                        ? lower.startsWith(entry.substring(0, entry.length() - 1))
                        : lower.equals(entry));
        boolean contained = HeaderNames.of(entries).contains(name);
        // Providers get no other name.
        assertThat(contained || !HeaderSyntax.isName(name)).isEqualTo(expected || !HeaderSyntax.isName(name));
    }
}
