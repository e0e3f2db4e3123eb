package io.agyn.audit;

import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.inParallel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.keys.LiveKeyset;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The audit log cannot be altered unnoticed, and no change goes without it. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class AuditTamperingTest {
    @Inject
    Database database;

    @Inject
    DataSource dataSource;

    @Inject
    LiveKeyset keyset;

    @Test
    void nothingIsChangedOrRevealedThatCannotBeWrittenIntoTheLog() throws SQLException {
        String organization = Api.organization();
        String secret = Api.secret(organization, "sk-1");
        database.execute("alter table audit_event add constraint refuse check (operation <> 'revealSecret'"
                + " and operation <> 'createModel') not valid");
        try {
            String rejected = asAdmin()
                    .post("/organizations/{o}/secrets/{s}/reveal", organization, secret)
                    .then()
                    .statusCode(500)
                    .extract()
                    .asString();
            assertThat(rejected).doesNotContain("sk-1");
            asAdmin()
                    .body(Api.modelBody("gpt", Api.provider(organization, secret)))
                    .post("/organizations/{o}/models", organization)
                    .then()
                    .statusCode(500);
        } finally {
            database.execute("alter table audit_event drop constraint refuse");
        }
        asAdmin().get("/organizations/{o}/models", organization).then().body("items.size()", equalTo(0));
    }

    @Test
    void databaseRejectsChangesOfTheLog() {
        Api.organization();
        for (String statement : List.of(
                "update audit_event set outcome = 'denied'", "delete from audit_event", "truncate audit_event")) {
            assertThatThrownBy(() -> database.execute(statement))
                    .as(statement)
                    .hasMessageContaining("audit events are never changed");
        }
        for (String statement : List.of(
                "update audit_chain set sequence = sequence - 1",
                "update audit_chain set first_sequence = first_sequence - 1",
                "delete from audit_chain",
                "truncate audit_chain")) {
            assertThatThrownBy(() -> database.execute(statement))
                    .as(statement)
                    .hasMessageContaining("the end of a chain of audit events only moves forward");
        }
    }

    @Test
    void parallelWritesMakeOneChain() throws SQLException {
        String organization = Api.organization();
        List<Callable<String>> writes = Collections.nCopies(20, () -> Api.secret(organization, "sk-1"));

        inParallel(writes);

        assertThat(Api.auditEvents(organization).getList("items.operation")).hasSize(20);
        assertThat(faults()).noneMatch(fault -> fault.contains(organization));
    }

    @Test
    void tamperingWithTheLogIsDetected() throws SQLException {
        assertShows(
                "update audit_event set user_name = 'Somebody else' where chain = ?::uuid and sequence = 2", "event 2");
        assertShows("update audit_event set changed_fields = '{}' where chain = ?::uuid and sequence = 1", "event 1");
        assertShows("delete from audit_event where chain = ?::uuid and sequence = 1", "event 1 was removed");
        assertShows("delete from audit_event where chain = ?::uuid and sequence = 3", "event 3 was removed");
        assertShows("delete from audit_event where chain = ?::uuid and sequence > 1", "events 2 to 3 were removed");
        assertShows(
                "insert into audit_event select chain, 4, gen_random_uuid(), at, operation, outcome, code, resource_id,"
                        + " changed_fields, user_id, user_name, token_id, address, user_agent, request_id, hash"
                        + " from audit_event where chain = ?::uuid and sequence = 3",
                "event 4");
        assertShows(
                "with gone as (delete from audit_event where chain = ?::uuid and sequence = 3)"
                        + " update audit_chain c set sequence = 2, hash = e.hash from audit_event e"
                        + " where c.chain = e.chain and e.sequence = 2 and e.chain = ?::uuid",
                "start and end of its chain was altered");
        assertShows("delete from audit_chain where chain = ?::uuid", "the end of its chain was removed");
    }

    @Test
    void eventsBeyondRetentionAreDroppedAndTheRestVerifies() throws Exception {
        String organization = Api.organization();
        Api.secret(organization, "sk-1");
        Api.secret(organization, "sk-2");
        Thread.sleep(200);
        assertThat(new AuditRetention(dataSource, keyset::current, Duration.ofMillis(100)).drop())
                .isPositive();
        assertThat(Api.auditEvents(organization).getList("items.operation")).isEmpty();

        Api.secret(organization, "sk-3");

        assertThat(Api.auditEvents(organization).getList("items.operation")).containsExactly("createSecret");
        assertThat(faults()).noneMatch(fault -> fault.contains(organization));
    }

    /** Runs a change without triggers, as only the database's owner can, on a chain of three events. */
    private void assertShows(String statement, String fault) throws SQLException {
        String organization = Api.organization();
        for (int i = 0; i < 3; i++) {
            Api.secret(organization, "sk-1");
        }
        assertThat(faults()).noneMatch(found -> found.contains(organization));
        database.execute("alter table audit_event disable trigger user");
        database.execute("alter table audit_chain disable trigger user");
        try {
            int places = statement.split("\\?::uuid", -1).length - 1;
            database.execute(
                    statement,
                    Collections.nCopies(places, UUID.fromString(organization)).toArray());
        } finally {
            database.execute("alter table audit_event enable trigger user");
            database.execute("alter table audit_chain enable trigger user");
        }
        assertThat(faults())
                .as(statement)
                .anyMatch(found -> found.startsWith("Organization " + organization) && found.contains(fault));
    }

    private List<String> faults() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return new AuditVerification(keyset.current()).verify(connection).faults();
        }
    }
}
