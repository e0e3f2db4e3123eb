package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.responses.ResponseCreateParams;
import io.agyn.keycloak.Keycloak;
import io.agyn.keycloak.KeycloakRealm;
import io.agyn.scripted.ReceivedCall;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The vendors' Java SDKs, with the access token of a service account of Keycloak as API key. */
@Timeout(180)
class AccessTokenSdkIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static CalledModels models;
    private static String token;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        KeycloakRealm realm = Keycloak.shared().createRealm();
        models = CalledModels.start(folder, realm.variables(folder));
        token = realm.serviceToken();
        Response me = await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(AccessTokenSdkIT::me, response -> response.statusCode() == 200);
        models.addMember(me.path("id"));
    }

    @AfterAll
    static void stop() throws Exception {
        models.close();
    }

    @BeforeEach
    void forget() {
        models.provider().forget();
    }

    @Test
    void openAiSdkCallsWithAnAccessToken() throws Exception {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(models.server().baseUrl() + "/v1")
                .apiKey(token)
                .build();
        try {
            assertThat(client.responses()
                            .create(ResponseCreateParams.builder()
                                    .model(CalledModels.GPT)
                                    .input("Hello, world")
                                    .build())
                            .toString())
                    .contains(CalledModels.WORDS);
        } finally {
            client.close();
        }
        assertTokenStays();
    }

    @Test
    void anthropicSdkCallsWithAnAccessToken() throws Exception {
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .baseUrl(models.server().baseUrl())
                .apiKey(token)
                .build();
        try {
            assertThat(client.messages()
                            .create(MessageCreateParams.builder()
                                    .model(CalledModels.CLAUDE)
                                    .maxTokens(256)
                                    .addUserMessage("Hello, world")
                                    .build())
                            .toString())
                    .contains(CalledModels.WORDS);
        } finally {
            client.close();
        }
        assertTokenStays();
    }

    private static void assertTokenStays() throws Exception {
        ReceivedCall received = models.received();
        assertThat(received.headers().toString() + received.text()).doesNotContain(token);
    }

    private static Response me() throws Exception {
        return RestAssured.given()
                .header("Authorization", "Bearer " + token)
                .get(models.server().baseUrl() + "/api/v1/me");
    }
}
