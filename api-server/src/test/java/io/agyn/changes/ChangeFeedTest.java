package io.agyn.changes;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.changes.RowChange.Operation;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ChangeFeedTest {
    private static final ConditionFactory WITHIN_A_SECOND = await("it is reported within a second")
            .atMost(Duration.ofSeconds(1))
            .pollInterval(Duration.ofMillis(5));

    @Singleton
    static class Recorder implements ChangeListener {
        private final List<RowChange> changes = new CopyOnWriteArrayList<>();
        private final AtomicInteger gaps = new AtomicInteger();
        private final AtomicBoolean fails = new AtomicBoolean();

        @Override
        public void onChanges(List<RowChange> reported) {
            if (fails.getAndSet(false)) {
                throw new IllegalStateException("a listener that fails, in a test");
            }
            changes.addAll(reported);
        }

        @Override
        public void onGap() {
            gaps.incrementAndGet();
        }
    }

    @Inject
    Recorder recorder;

    @Inject
    DataSource database;

    private String organization;
    private String secret;

    @BeforeEach
    void aFreshSecret() throws InterruptedException {
        organization = Api.organization();
        secret = Api.secret(organization, "v");
        awaitChange("secret", secret);
    }

    @Test
    void everyChangeOfRoutingDataIsReportedOnce() throws InterruptedException {
        String provider = Api.provider(organization, secret);
        String model = Api.model(organization, provider);
        awaitChange("organization", organization);
        awaitChange("llm_provider", provider);
        awaitChange("model", model);
        recorder.changes.clear();
        // The model is orphaned by the database itself.
        asAdmin()
                .delete("/organizations/{org}/llm-providers/{id}", organization, provider)
                .then()
                .statusCode(204);
        awaitChange("llm_provider", provider);
        awaitChange("model", model);
        // Over several readings.
        Thread.sleep(1_200);
        assertThat(recorder.changes)
                .containsOnlyOnce(
                        change("llm_provider", Operation.DELETE, provider), change("model", Operation.UPDATE, model));
    }

    @Test
    void transactionThatCommitsLateIsReported() throws Exception {
        String other = Api.secret(organization, "v");
        awaitChange("secret", other);
        try (Connection early = database.getConnection();
                Statement statement = early.createStatement()) {
            early.setAutoCommit(false);
            touch(statement, secret);
            recorder.changes.clear();
            for (int i = 0; i < 3; i++) {
                execute("update secret set description = '" + i + "' where id = '" + other + "'");
                awaitChange("secret", other);
                recorder.changes.clear();
            }
            early.commit();
            early.setAutoCommit(true);
        }
        awaitChange("secret", secret);
    }

    @Test
    void rolledBackChangeIsNotReported() throws Exception {
        recorder.changes.clear();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            touch(statement, secret);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        Thread.sleep(700);
        assertThat(recorder.changes).doesNotContain(change("secret", Operation.UPDATE, secret));
    }

    @Test
    void changeWithALostNotificationIsReported() throws Exception {
        recorder.changes.clear();
        execute("insert into change (table_name, row_id, organization_id) values ('secret', '" + secret + "', '"
                + organization + "')");
        awaitChange("secret", secret);
    }

    @Test
    void nothingIsMissedWhileTheConnectionIsKilledAgainAndAgain() throws Exception {
        int gaps = recorder.gaps.get();
        for (int i = 0; i < 5; i++) {
            recorder.changes.clear();
            ChangeFeedConnections.kill(database);
            execute("update secret set description = '" + i + "' where id = '" + secret + "'");
            awaitChange("secret", secret);
        }
        assertThat(recorder.gaps).hasValue(gaps);
    }

    @Test
    void failingListenerInvalidatesAllCachesAndTheFeedContinues() throws Exception {
        int gaps = recorder.gaps.get();
        recorder.fails.set(true);
        execute("update secret set description = 'x' where id = '" + secret + "'");
        WITHIN_A_SECOND.until(() -> recorder.gaps.get() > gaps);
        recorder.changes.clear();
        execute("update secret set description = 'y' where id = '" + secret + "'");
        awaitChange("secret", secret);
    }

    @Test
    void tokenUseIsNotReportedButItsRevocationIs() throws Exception {
        String token = Api.tokenBoundTo(organization);
        String id = as(token).get("/me").then().statusCode(200).extract().path("api_token_id");
        assertThat(count("select count(*) from api_token where last_used_at is not null and id = '" + id + "'"))
                .isEqualTo(1);
        assertThat(count("select count(*) from change where row_id = '" + id + "'"))
                .isZero();
        asAdmin().delete("/api-tokens/{id}", id).then().statusCode(204);
        awaitChange("api_token", id);
    }

    private void awaitChange(String table, String id) {
        WITHIN_A_SECOND.until(() ->
                recorder.changes.stream().anyMatch(change -> change.equals(change(table, change.operation(), id))));
    }

    private RowChange change(String table, Operation operation, String id) {
        return new RowChange(table, operation, UUID.fromString(id), Optional.of(UUID.fromString(organization)));
    }

    private static void touch(Statement statement, String id) throws SQLException {
        assertThat(statement.executeUpdate("update secret set description = 'touched' where id = '" + id + "'"))
                .isEqualTo(1);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
