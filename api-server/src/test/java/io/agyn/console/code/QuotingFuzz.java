package io.agyn.console.code;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QuotingFuzz {
    private static final UUID ID = UUID.fromString("01980000-0000-7000-8000-000000abcdef");

    @FuzzTest
    void hclStandsForTheText(byte[] input) {
        String text = new String(input, UTF_8);
        assertThat(unquotedHcl(Hcl.quoted(text))).isEqualTo(text);
        assertThat(Label.of(text, ID)).matches("[a-z_][a-z0-9_]*");
    }

    @FuzzTest
    void shellReadsTheTextAsOneWord(byte[] input) {
        String text = new String(input, UTF_8);
        assertThat(shellWords(Curl.quoted(text))).containsExactly(text);
    }

    /** The value of a quoted template without expressions, by the scanner of HCL's own parser. */
    private static String unquotedHcl(String quoted) {
        assertThat(quoted).startsWith("\"").endsWith("\"").hasSizeGreaterThan(1);
        String template = quoted.substring(1, quoted.length() - 1);
        StringBuilder value = new StringBuilder();
        int i = 0;
        while (i < template.length()) {
            char c = template.charAt(i);
            assertThat(c).isNotIn('"', '\n', '\r');
            if (c == '\\') {
                char escape = template.charAt(i + 1);
                int digits = escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
                if (digits > 0) {
                    value.appendCodePoint(Integer.parseInt(template.substring(i + 2, i + 2 + digits), 16));
                } else {
                    int index = "nrt\"\\".indexOf(escape);
                    assertThat(index).isNotNegative();
                    value.append("\n\r\t\"\\".charAt(index));
                }
                i += 2 + digits;
            } else if (template.startsWith(c + "{", i) && (c == '$' || c == '%')) {
                throw new AssertionError("an expression begins at " + i + " of " + quoted);
            } else if (template.startsWith("" + c + c + "{", i) && (c == '$' || c == '%')) {
                value.append(c).append('{');
                i += 3;
            } else {
                value.append(c);
                i++;
            }
        }
        return value.toString();
    }

    /** The words of a command, by the quoting rules of POSIX (XCU, 2.2), without expansions. */
    private static List<String> shellWords(String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        int i = 0;
        while (i < command.length()) {
            char c = command.charAt(i);
            if (c == ' ') {
                words.add(word.toString());
                word = null;
                i++;
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (c == '\'') {
                int end = command.indexOf('\'', i + 1);
                assertThat(end).as("the end of a quotation").isNotNegative();
                word.append(command, i + 1, end);
                i = end + 1;
            } else {
                assertThat(c).as("unquoted").isEqualTo('\\');
                word.append(command.charAt(i + 1));
                i += 2;
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }
}
