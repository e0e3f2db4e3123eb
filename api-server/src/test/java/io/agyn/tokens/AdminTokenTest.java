package io.agyn.tokens;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class AdminTokenTest {
    private static final String TOKENS = "select id from api_token";

    @Inject
    AdminToken adminToken;

    @Inject
    Database database;

    @Test
    void secondStartCreatesNoOtherToken() throws SQLException {
        String before = Api.adminToken();
        var stored = database.column(Object.class, TOKENS);

        adminToken.createFirst(new StartupEvent());

        assertThat(Api.adminToken()).isEqualTo(before);
        assertThat(database.column(Object.class, TOKENS)).isEqualTo(stored);
    }

    @Test
    void tokenInTheFileWorksAfterTheDatabaseIsEmptied() throws SQLException {
        String before = Api.adminToken();
        database.execute("delete from api_token");
        database.execute("delete from app_user");
        asAdmin().get("/me").then().statusCode(401);

        adminToken.createFirst(new StartupEvent());

        assertThat(Api.adminToken()).isEqualTo(before);
        asAdmin().get("/me").then().statusCode(200);
    }
}
