package io.agyn.console.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands work in any POSIX shell. */
class CurlTest {
    @Test
    void secretIsReadAndUpdated() {
        Secret secret = new Secret()
                .id(UUID.fromString("01980000-0000-7000-8000-000000abcdef"))
                .organizationId(UUID.fromString("01980000-0000-7000-8000-00000000000a"))
                .name("Müller's \"key\"")
                .description("$(reboot)");
        String url = "\"$AGYN_GATEWAY/api/v1/organizations/01980000-0000-7000-8000-00000000000a/secrets/"
                + "01980000-0000-7000-8000-000000abcdef\"";
        assertThat(Curl.of(secret)).isEqualTo("""
                # Read it.
                curl -sS %1$s \\
                  -H "Authorization: Bearer $AGYN_TOKEN"

                # Update it; add value to replace the value.
                curl -sS -X PUT %1$s \\
                  -H "Authorization: Bearer $AGYN_TOKEN" -H 'Content-Type: application/json' \\
                  -d '{"name":"M\\u00FCller'\\''s \\"key\\"","description":"$(reboot)"}'
                """.formatted(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "it's",
                "''",
                "$HOME `id` $(id)",
                "a\\'b\\",
                "\"quoted\"",
                "two\nlines",
                "!! *? ~",
                "-d"
            })
    void shellReadsQuotedTextUnchanged(String text) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "printf %s " + Curl.quoted(text)).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(text);
    }
}
