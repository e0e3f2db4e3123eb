package io.agyn.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.proxy.exchange.LookupFailures;
import io.agyn.testing.LogLines;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.logging.Level;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class LookupFailuresTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Inject
    DataSource database;

    @Test
    void faultOfTheServerIsNoOutageOfTheDatabaseAndIsLoggedOnce() throws SQLException {
        String model = SCENE.responsesModel("http://127.0.0.1:1/v1");
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            // As written by a later release.
            statement.executeUpdate("update llm_provider set endpoint = 'an endpoint of a later release' where id ="
                    + " (select provider_id from model where name = '" + model + "')");
        }
        try (LogLines log = LogLines.watch()) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<byte[]> call = SCENE.post("/v1/responses", Scene.body(model));
                assertThat(call.statusCode()).as(Scene.text(call)).isEqualTo(500);
                HttpResponse<byte[]> listed = SCENE.call("GET", "/v1/models/" + model);
                assertThat(listed.statusCode()).as(Scene.text(listed)).isEqualTo(500);
                assertThat(Scene.text(call) + Scene.text(listed)).doesNotContain("database");
            }
            assertThat(log.of(LookupFailures.class.getName(), Level.WARNING))
                    .singleElement()
                    .satisfies(line -> {
                        assertThat(line.getLevel().getName()).isEqualTo("ERROR");
                        assertThat(line.getThrown().toString()).isEqualTo(IllegalArgumentException.class.getName());
                    });
        }
    }
}
