package io.agyn.proxy;

import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.freshName;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets with values that are invalid in headers, as in pasted files. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CredentialValuesTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Inject
    Database database;

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", " \n"})
    void lineBreakAtTheEndOfASecretIsNotSent(String end) throws Exception {
        String secret = Api.secret(SCENE.organization(), Scene.CREDENTIAL + end);
        String model = modelOf(provider(secret));

        HttpResponse<byte[]> response = SCENE.post("/v1/responses", Scene.body(model));

        assertThat(response.statusCode()).as(Scene.text(response)).isEqualTo(200);
        assertThat(SCENE.received().values("authorization")).containsExactly("Bearer " + Scene.CREDENTIAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-canary-of-nul\u0000-0123456789",
                "sk-canary-of-soh-0123456789\u0001",
                "sk-canary-of-del-0123456789\u007f",
                "sk-canary-of-crlf-0123456789\r\nx-smuggled: 1",
                "sk-canary-of-fold-0123456789\r\n x-folded: 1",
                "sk-canary-of-e-acute-0123456789\u00e9",
                "sk-canary-of-two-breaks-0123456789\n\n"
            })
    void secretThatNoHeaderCanCarryIsRejectedAsToken(String value) throws Exception {
        String unsendable = Api.secret(SCENE.organization(), value);
        asAdmin()
                .body(Api.providerBody("bearer", Map.of("token_secret_id", unsendable)))
                .post("/organizations/{id}/llm-providers", SCENE.organization())
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/token_secret_id"))
                .body("errors[0].detail", containsString("invalid in HTTP headers"));

        String secret = Api.secret(SCENE.organization(), Scene.CREDENTIAL);
        String provider = provider(secret);
        asAdmin()
                .body(Map.of("name", freshName("secret"), "value", value))
                .put("/organizations/{org}/secrets/{id}", SCENE.organization(), secret)
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/value"))
                .body("errors[0].detail", containsString("only visible ASCII characters"));

        // As stored by a release without this check.
        database.execute(
                "update llm_provider set token_secret_id = ? where id = ?",
                UUID.fromString(unsendable),
                UUID.fromString(provider));
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", Scene.body(modelOf(provider)));

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.headers().firstValue("x-agyn-error")).contains("credentials_unusable");
        assertThat(Scene.text(response)).contains("replace them").doesNotContain("canary");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    private static String provider(String secret) {
        Map<String, Object> body = new HashMap<>(Api.providerBody("bearer", Map.of("token_secret_id", secret)));
        body.put("endpoint", SCENE.provider().origin() + "/v1");
        return asAdmin()
                .body(body)
                .post("/organizations/{id}/llm-providers", SCENE.organization())
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static String modelOf(String provider) {
        return Scene.name(SCENE.organization(), Api.model(SCENE.organization(), provider));
    }
}
