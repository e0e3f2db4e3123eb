package io.agyn.proxy.routing;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.agyn.access.EffectiveRole;
import io.agyn.access.Identity;
import io.agyn.changes.ChangeFeedConnections;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.tokens.Plaintext;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class CallersTest {
    @Inject
    Callers callers;

    @Inject
    DataSource database;

    @Test
    void callerIsFoundByTokenAndItsUseIsRecorded() {
        String organization = Api.organization();
        Identity identity = callers.identify(HashedToken.of(Api.tokenBoundTo(organization)), Api.USE)
                .join()
                .orElseThrow();
        assertThat(identity.credential().organization()).contains(UUID.fromString(organization));
        Awaitility.await().untilAsserted(() -> Api.get(
                        "/api-tokens/{id}", identity.credential().id().toString())
                .body("last_used_at", notNullValue())
                .body("last_used_address", equalTo(Api.USE.get().address()))
                .body("last_used_user_agent", equalTo(Api.USE.get().userAgent())));
    }

    @Test
    void unknownTokenHasNoIdentity() {
        assertThat(callers.identify(HashedToken.of(""), Api.USE).join()).isEmpty();
        assertThat(callers.identify(HashedToken.of("agyn_mistyped"), Api.USE).join())
                .isEmpty();
        assertThat(callers.identify(HashedToken.of(Plaintext.random().reveal()), Api.USE)
                        .join())
                .isEmpty();
    }

    @Test
    void tokenIsRejectedFromItsExpiry() {
        // The first call to a server takes longer than the token's lifetime.
        Api.organization();
        Instant soon = Instant.now().plusMillis(1_500);
        String token = token(Map.of("description", "short", "expires_at", soon.toString()));
        assertThat(callers.identify(HashedToken.of(token), Api.USE).join()).isPresent();
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> !Instant.now()
                .isBefore(soon));
        assertThat(callers.identify(HashedToken.of(token), Api.USE).join()).isEmpty();
    }

    @Test
    void revokedTokenIsRejectedWithinASecond() throws InterruptedException {
        revokeAndAwait(Api.tokenBoundTo(Api.organization()));
    }

    @Test
    void revokedTokenIsRejectedAfterTheFeedConnectionIsKilled() throws Exception {
        String token = Api.tokenBoundTo(Api.organization());
        callers.identify(HashedToken.of(token), Api.USE).join();
        ChangeFeedConnections.kill(database);
        revokeAndAwait(token);
    }

    @Test
    void suspendingAUserTakesEffectWithinASecond() throws InterruptedException {
        String user = Api.user();
        String token = Api.tokenOf(user);
        assertThat(callers.identify(HashedToken.of(token), Api.USE).join()).isPresent();
        Api.setState(user, "suspended");
        await(token, Optional::isEmpty);
        Api.setState(user, "active");
        await(token, Optional::isPresent);
    }

    @Test
    void deletedUserIsRejectedWithinASecond() throws InterruptedException {
        String user = Api.user();
        String token = Api.tokenOf(user);
        assertThat(callers.identify(HashedToken.of(token), Api.USE).join()).isPresent();
        asAdmin().delete("/users/{id}", user).then().statusCode(204);
        await(token, Optional::isEmpty);
    }

    @Test
    void membershipChangesTakeEffectWithinOneSecond() throws InterruptedException {
        String organization = Api.organization();
        UUID id = UUID.fromString(organization);
        String user = Api.user();
        Api.join(Api.organization(), user, "owner");
        String token = Api.tokenOf(user);
        assertThat(callers.identify(HashedToken.of(token), Api.USE).join())
                .isPresent()
                .hasValueSatisfying(identity -> assertThat(identity.reaches(id)).isFalse());

        Api.join(organization, user, "member");
        await(token, identity -> identity.orElseThrow().reaches(id));
        assertThat(callers.identify(HashedToken.of(token), Api.USE)
                        .join()
                        .orElseThrow()
                        .effectiveRoleIn(id))
                .contains(EffectiveRole.MEMBER);

        asAdmin()
                .body(Map.of("role", "owner"))
                .put("/organizations/{org}/members/{user}", organization, user)
                .then()
                .statusCode(200);
        await(token, identity -> identity.orElseThrow().effectiveRoleIn(id).equals(Optional.of(EffectiveRole.OWNER)));

        Api.join(organization, Api.user(), "owner");
        Api.leave(organization, user);
        await(token, identity -> !identity.orElseThrow().reaches(id));
    }

    @Test
    void removedMemberIsRejectedAfterTheFeedConnectionIsKilled() throws Exception {
        String organization = Api.organization();
        UUID id = UUID.fromString(organization);
        String user = Api.user();
        Api.join(organization, user, "member");
        String token = Api.tokenOf(user, organization);
        await(token, identity -> identity.orElseThrow().reaches(id));
        ChangeFeedConnections.kill(database);
        Api.leave(organization, user);
        await(token, Optional::isEmpty);
    }

    private void revokeAndAwait(String token) throws InterruptedException {
        UUID id = callers.identify(HashedToken.of(token), Api.USE)
                .join()
                .orElseThrow()
                .credential()
                .id();
        asAdmin().delete("/api-tokens/{id}", id.toString()).then().statusCode(204);
        await(token, Optional::isEmpty);
    }

    private void await(String token, Predicate<Optional<Identity>> inForce) throws InterruptedException {
        Awaitility.await("the change is effective within a second")
                .atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> inForce.test(
                        callers.identify(HashedToken.of(token), Api.USE).join()));
    }

    private static String token(Map<String, String> body) {
        return asAdmin()
                .body(Api.tokenBody(body))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }
}
