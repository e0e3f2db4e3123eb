package io.agyn.proxy.routing;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.access.Identity;
import io.agyn.changes.RowChange;
import io.agyn.changes.RowChange.Operation;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.tokens.Plaintext;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class DatabaseAwayTest {
    @Inject
    Callers callers;

    @Inject
    Routes routes;

    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @Test
    void cachedLookupsWorkAndOthersFailUntilTheDatabaseIsBack() throws Exception {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-first");
        String model = Api.model(organization, Api.provider(organization, secret));
        String token = Api.tokenBoundTo(organization);
        Identity identity =
                callers.identify(HashedToken.of(token), Api.USE).join().orElseThrow();
        Route route = routes.find(identity, Optional.empty(), model).join();
        String otherToken = Api.tokenBoundTo(organization);

        try (Connection beside =
                DriverManager.getConnection(url.replaceFirst("/postgres(\\?|$)", "/template1$1"), username, password)) {
            execute(beside, "alter database postgres allow_connections false");
            try {
                execute(beside, "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'");
                for (int i = 0; i < 20; i++) {
                    assertThat(callers.identify(HashedToken.of(token), Api.USE).join())
                            .contains(identity);
                    assertThat(routes.find(identity, Optional.empty(), model).join())
                            .isSameAs(route);
                    Thread.sleep(50);
                }
                // "unknown" would be cached, and would make the caller change correct settings.
                assertThatThrownBy(() -> callers.identify(HashedToken.of(otherToken), Api.USE)
                                .join())
                        .hasCauseInstanceOf(Exception.class);
                assertThatThrownBy(() ->
                                routes.find(identity, Optional.empty(), "other").join())
                        .hasCauseInstanceOf(Exception.class);
                assertThat(callers.identify(HashedToken.of(Plaintext.random().reveal() + "x"), Api.USE)
                                .join())
                        .isEmpty();
            } finally {
                execute(beside, "alter database postgres allow_connections true");
            }
        }

        assertThat(callers.identify(HashedToken.of(otherToken), Api.USE).join()).isPresent();
        assertThat(routes.find(identity, Optional.empty(), "other").join()).isEqualTo(new Route.UnknownModel());
        asAdmin()
                .body(Map.of("name", "rotated", "value", "sk-second"))
                .put("/organizations/{org}/secrets/{id}", organization, secret)
                .then()
                .statusCode(200);
        Thread.sleep(1_000);
        assertThat(((Route.Found) routes.find(identity, Optional.empty(), model).join())
                        .target()
                        .credentials())
                .containsExactly(Map.entry("authorization", "Bearer sk-second"));
    }

    @Test
    void duringAnOutageChangedRoutesWorkAndDeletedOnesDoNot() throws Exception {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-first");
        String provider = Api.provider(organization, secret);
        String kept = Api.model(organization, provider);
        String deleted = Api.model(organization, provider);
        // The feed has reported all of this by now.
        Thread.sleep(1_000);
        Identity identity = callers.identify(HashedToken.of(Api.tokenBoundTo(organization)), Api.USE)
                .join()
                .orElseThrow();
        Route route = routes.find(identity, Optional.empty(), kept).join();
        assertThat(routes.find(identity, Optional.empty(), deleted).join()).isInstanceOf(Route.Found.class);
        UUID organizationId = UUID.fromString(organization);

        try (Connection beside =
                DriverManager.getConnection(url.replaceFirst("/postgres(\\?|$)", "/template1$1"), username, password)) {
            execute(beside, "alter database postgres allow_connections false");
            try {
                execute(beside, "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'");
                routes.onChanges(List.of(
                        new RowChange("secret", Operation.UPDATE, UUID.fromString(secret), Optional.of(organizationId)),
                        new RowChange(
                                "model", Operation.DELETE, UUID.fromString(deleted), Optional.of(organizationId))));
                for (int i = 0; i < 20; i++) {
                    assertThat(routes.find(identity, Optional.empty(), kept).join())
                            .isSameAs(route);
                    assertThatThrownBy(() -> routes.find(identity, Optional.empty(), deleted)
                                    .join())
                            .hasCauseInstanceOf(Exception.class);
                }
            } finally {
                execute(beside, "alter database postgres allow_connections true");
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
