package io.agyn.console.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderConfig;
import io.agyn.api.model.SecretProviderType;
import io.agyn.api.model.SecretStorage;
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

    @Test
    void updateOfARemoteSecretSendsItsReference() {
        UUID id = UUID.fromString("01980000-0000-7000-8000-000000abcdef");
        Secret secret = new Secret()
                .id(id)
                .organizationId(id)
                .name("openai")
                .storage(SecretStorage.REMOTE)
                .providerId(id)
                .remotePath("kv/data/prod/openai")
                .remoteKey("value");
        assertThat(Curl.of(secret))
                .contains("\"storage\":\"remote\",\"provider_id\":\"" + id + "\"")
                .contains("\"remote_path\":\"kv/data/prod/openai\",\"remote_key\":\"value\"}'");
    }

    @Test
    void updateOfASecretProviderKeepsItsCredential() {
        UUID id = UUID.fromString("01980000-0000-7000-8000-000000abcdef");
        SecretProvider provider = new SecretProvider()
                .id(id)
                .organizationId(id)
                .name("vault-prod")
                .type(SecretProviderType.VAULT)
                .config(new SecretProviderConfig().address("https://vault.example.com:8200"));
        assertThat(Curl.of(provider))
                .contains("# Update it; add token to config to replace the token.")
                .contains("\"type\":\"vault\",\"config\":{\"address\":\"https://vault.example.com:8200\"}}'");
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
