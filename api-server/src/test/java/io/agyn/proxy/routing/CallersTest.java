package io.agyn.proxy.routing;

import static io.agyn.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.notNullValue;

import io.agyn.Api;
import io.agyn.access.Identity;
import io.agyn.changes.ChangeFeedConnections;
import io.agyn.postgres.PostgresTestResource;
import io.agyn.tokens.Plaintext;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class CallersTest {
    @Inject
    Callers callers;

    @Inject
    DataSource database;

    @Test
    void aCallerIsKnownByTheirTokenAndItsUseIsNoted() {
        String organization = Api.organization();
        Identity identity =
                callers.identify(Api.tokenBoundTo(organization)).join().orElseThrow();
        assertThat(identity.boundOrganization()).contains(UUID.fromString(organization));
        Api.get("/api-tokens/{id}", identity.tokenId().toString()).body("last_used_at", notNullValue());
    }

    @Test
    void whoeverIsNotKnownIsNobody() {
        assertThat(callers.identify("").join()).isEmpty();
        assertThat(callers.identify("agyn_mistyped").join()).isEmpty();
        assertThat(callers.identify(Plaintext.random().reveal()).join()).isEmpty();
    }

    @Test
    void anExpiredTokenIsRefusedFromThatMoment() {
        // The first call to a server takes longer than the token is to live.
        Api.organization();
        Instant soon = Instant.now().plusMillis(1_500);
        String token = token(Map.of("description", "short", "expires_at", soon.toString()));
        assertThat(callers.identify(token).join()).isPresent();
        while (Instant.now().isBefore(soon)) {
            Thread.onSpinWait();
        }
        assertThat(callers.identify(token).join()).isEmpty();
    }

    @Test
    void aRevokedTokenIsRefusedWithinASecond() throws InterruptedException {
        revokeAndAwait(Api.tokenBoundTo(Api.organization()));
    }

    @Test
    void aRevokedTokenIsRefusedWithinASecondAfterTheConnectionThatWaitsForChangesWasKilled() throws Exception {
        String token = Api.tokenBoundTo(Api.organization());
        callers.identify(token).join();
        ChangeFeedConnections.kill(database);
        revokeAndAwait(token);
    }

    private void revokeAndAwait(String token) throws InterruptedException {
        UUID id = callers.identify(token).join().orElseThrow().tokenId();
        asAdmin().delete("/api-tokens/{id}", id.toString()).then().statusCode(204);
        long deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (callers.identify(token).join().isPresent()) {
            assertThat(System.nanoTime())
                    .as("the token is refused within a second")
                    .isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private static String token(Map<String, String> body) {
        return asAdmin()
                .body(body)
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }
}
