package io.agyn.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.operator.OperatorException;
import io.agyn.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class OidcConfigTest {
    private static final String ISSUER = "https://login.example.com/realms/acme";

    @TempDir
    Path folder;

    @Test
    void nothingIsConfiguredByDefault() {
        assertThat(read(Map.of())).isEmpty();
        assertThat(read(Map.of("issuer", " "))).isEmpty();
    }

    @Test
    void defaultsFollowFromIssuerAndClient() {
        OidcConfig config = read(Map.of("issuer", ISSUER, "client-id", "agyn")).orElseThrow();
        assertThat(config.audience()).isEqualTo("agyn");
        assertThat(config.clientSecret()).isEmpty();
        assertThat(config.displayName()).isEqualTo("login.example.com");
        assertThat(config.scopes()).isEqualTo("openid profile email");
    }

    @Test
    void secretAndAdminsAreRead() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");
        OidcConfig config = read(Map.of(
                        "issuer",
                        ISSUER,
                        "client-id",
                        "agyn",
                        "client-secret-file",
                        secret.toString(),
                        "cluster-admins",
                        "Ada@acme.example, ,grace@acme.example"))
                .orElseThrow();
        assertThat(config.clientSecret()).contains("s3cret");
        assertThat(config.toString()).doesNotContain("s3cret");
        assertThat(config.adminEmails()).containsExactlyInAnyOrder("ada@acme.example", "grace@acme.example");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            issuer=https://login.example.com | AGYN_OIDC_ISSUER is set without AGYN_OIDC_CLIENT_ID: set it to the id of this server's client at the identity provider, or remove AGYN_OIDC_ISSUER.
            client-id=agyn | AGYN_OIDC_CLIENT_ID is set without AGYN_OIDC_ISSUER: set the issuer of the identity provider, or remove AGYN_OIDC_CLIENT_ID.
            cluster-admins=a@b | AGYN_OIDC_CLUSTER_ADMINS is set without AGYN_OIDC_ISSUER: set the issuer of the identity provider, or remove AGYN_OIDC_CLUSTER_ADMINS.
            issuer=http://127.0.0.1:8081,client-id=agyn | AGYN_OIDC_ISSUER is "http://127.0.0.1:8081", whose connection could be read and changed by others: use an https URL, or set AGYN_OIDC_ALLOW_HTTP=on for a test on one machine.
            issuer=login.example.com,client-id=agyn | AGYN_OIDC_ISSUER is "login.example.com", which is not an https URL without query, such as https://login.example.com/realms/acme: correct it, or remove it to use sign-in with API tokens only.
            issuer=https://login.example.com?a=b,client-id=agyn | AGYN_OIDC_ISSUER is "https://login.example.com?a=b", which is not an https URL without query, such as https://login.example.com/realms/acme: correct it, or remove it to use sign-in with API tokens only.
            issuer=https://login_example,client-id=agyn | AGYN_OIDC_ISSUER is "https://login_example", which is not a URL with a host: correct it, or remove it to use sign-in with API tokens only.
            issuer=https://login.example.com,client-id=agyn,scopes=profile | AGYN_OIDC_SCOPES is "profile", which is not scopes with openid and spaces between, such as openid profile email: correct it, or remove it to use openid profile email.
            issuer=https://login.example.com,client-id=agyn,client-secret-file=/no/such/file | AGYN_OIDC_CLIENT_SECRET_FILE is /no/such/file, which cannot be read (/no/such/file does not exist): correct it, or remove it.
            issuer=https://login.example.com,client-id=agyn,ca-file=/no/such/file | AGYN_OIDC_CA_FILE is /no/such/file, which cannot be read (/no/such/file does not exist): correct it, or remove it.
            """)
    void wrongSettingsAreExplainedInOneSentence(String settings, String sentence) {
        Map<String, String> values = new HashMap<>();
        Stream.of(settings.split(","))
                .forEach(setting -> values.put(setting.split("=", 2)[0], setting.split("=", 2)[1]));
        assertThatThrownBy(() -> read(values))
                .isInstanceOf(OperatorException.class)
                .hasMessage(sentence);
    }

    @Test
    void emptySecretIsRejected() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "\n");
        assertThatThrownBy(() ->
                        read(Map.of("issuer", ISSUER, "client-id", "agyn", "client-secret-file", secret.toString())))
                .hasMessageContaining("is empty");
    }

    private static Optional<OidcConfig> read(Map<String, String> oidc) {
        Map<String, String> settings = new HashMap<>();
        oidc.forEach((name, value) -> settings.put("agyn.oidc." + name, value));
        return OidcConfig.read(SettingsReader.read(settings));
    }
}
