package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by members, which fail after the membership ends. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class MembersCallsTest {
    private static final Duration IN_FORCE = Duration.ofSeconds(1);

    @RegisterExtension
    static final Scene SCENE = new Scene();

    private String user;
    private String token;

    @BeforeEach
    void aFreshUser() {
        user = Api.user();
        token = Api.tokenOf(user);
    }

    @ParameterizedTest
    @ValueSource(strings = {"member", "owner"})
    void membersCallModelsUntilTheyLeave(String role) {
        Api.join(SCENE.organization(), Api.user(), "owner");
        assertThat(call()).isEqualTo(404);
        Api.join(SCENE.organization(), user, role);
        awaitStatus(200);
        Api.leave(SCENE.organization(), user);
        awaitStatus(404);
    }

    @Test
    void suspendedUserCallsNoModel() {
        Api.join(SCENE.organization(), user, "member");
        assertThat(call()).isEqualTo(200);
        Api.setState(user, "suspended");
        awaitStatus(401);
        Api.setState(user, "active");
        awaitStatus(200);
    }

    @Test
    void tokenReachesOnlyTheOrganizationItIsBoundTo() {
        String other = Api.organization();
        Api.join(SCENE.organization(), user, "member");
        Api.join(other, user, "member");
        token = Api.tokenOf(user, other);
        assertThat(call()).isEqualTo(404);
        token = Api.tokenOf(user, SCENE.organization());
        assertThat(call()).isEqualTo(200);
    }

    private int call() {
        return SCENE.postWithoutToken("/v1/responses", body(SCENE.responses()), "authorization: Bearer " + token)
                .statusCode();
    }

    private void awaitStatus(int status) {
        await("the change is effective within a second")
                .atMost(IN_FORCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> call() == status);
    }
}
