package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientBuilderTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("AGYN_GATEWAY", "https://agyn.example/", "AGYN_TOKEN", ClientTest.TOKEN + "\n");

    private static ClientBuilder builder(Map<String, String> environment) {
        return new ClientBuilder(environment::get);
    }

    @Test
    void usesTheEnvironmentByDefault() {
        ClientBuilder builder = builder(ENVIRONMENT);

        builder.build().close();

        assertThat(builder.gateway()).isEqualTo(URI.create("https://agyn.example"));
        assertThat(builder.token()).isEqualTo(ClientTest.TOKEN);
    }

    @Test
    void settingsOverrideTheEnvironment() {
        ClientBuilder builder = builder(ENVIRONMENT)
                .gateway(URI.create("HTTP://other.example:8080/agyn"))
                .token("agyn_other");

        builder.build().close();

        assertThat(builder.gateway()).isEqualTo(URI.create("http://other.example:8080/agyn"));
        assertThat(builder.token()).isEqualTo("agyn_other");
    }

    @Test
    void reportsMissingSettingsAndHowToSetThem() {
        assertThatThrownBy(() -> builder(Map.of()).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("There is no gateway: set the environment variable AGYN_GATEWAY, or call gateway(…)");
        assertThatThrownBy(() -> builder(Map.of("AGYN_GATEWAY", "http://localhost", "AGYN_TOKEN", " "))
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("There is no token: set the environment variable AGYN_TOKEN, or call token(…)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agyn.example",
                "localhost:8080",
                "ftp://agyn.example",
                "http:///api",
                "https://user:password@agyn.example",
                "https://agyn.example?key=password",
                "https://agyn.example#top",
                "https://not a url/"
            })
    void rejectsInvalidBaseUrls(String gateway) {
        assertThatThrownBy(() -> builder(Map.of("AGYN_GATEWAY", gateway, "AGYN_TOKEN", "t"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .containsIgnoringCase("gateway")
                .doesNotContain("password");
    }

    @Test
    void rejectsInvalidTokensWithoutShowingThem() {
        assertThatThrownBy(() -> builder(ENVIRONMENT).token("agyn_abc\r\nX-Evil: 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .contains("token")
                .doesNotContain("agyn_abc");
    }

    @Test
    void rejectsSettingsOutOfRange() {
        ClientBuilder builder = builder(ENVIRONMENT);

        assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.modelTestTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.requestTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxRetries(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxRetries(11)).isInstanceOf(IllegalArgumentException.class);
    }
}
