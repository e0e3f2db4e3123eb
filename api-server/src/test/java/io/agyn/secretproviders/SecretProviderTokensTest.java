package io.agyn.secretproviders;

import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.secretProviderBody;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Bao;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SecretProviderTokensTest {
    @Inject
    SecretProviderTokens tokens;

    @Test
    void unusedTokenIsRenewedAndUnavailableServersAreIgnored(@TempDir Path folder) throws Exception {
        try (Bao bao = Bao.start(folder)) {
            String token = bao.token(Duration.ofSeconds(5), Map.of("period", "5s"));
            String organization = Api.organization();
            create(organization, Map.of("address", "http://127.0.0.1:1", "token", "t"));
            create(organization, Map.of("address", bao.address(), "token", token));
            tokens.run();
            Thread.sleep(Duration.ofSeconds(6));
            assertThat(bao.send("GET", "auth/token/lookup-self", token, null).status())
                    .isEqualTo(200);
        }
    }

    private static void create(String organization, Map<String, Object> config) {
        asAdmin()
                .body(secretProviderBody(config))
                .post("/organizations/{org}/secret-providers", organization)
                .then()
                .statusCode(201);
    }
}
