package io.agyn.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.audit.AuditChain.End;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.database.PostgresTestResource;
import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rotated audit key cannot forge its chain. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class AuditEpochsTest {
    @TempDir
    static Path folder;

    @Inject
    DataSource dataSource;

    private final UUID organization = UUID.randomUUID();
    private Keyset before;
    private Keyset after;
    private KeyId old;
    private KeyId fresh;

    @BeforeEach
    void rotateAKey() {
        Path file = folder.resolve(organization + ".json");
        Keyset.create(file);
        before = Keyset.load(file);
        Keyset added = before.withNewKey(KeyPurpose.AUDIT);
        old = before.primary(KeyPurpose.AUDIT);
        fresh = added.keys(KeyPurpose.AUDIT).getLast();
        after = added.withPrimary(fresh);
    }

    /** No other test has this keyset. */
    @AfterEach
    void removeTheChain() throws SQLException {
        execute("delete from audit_event where chain = ?");
        execute("delete from audit_chain where chain = ?");
    }

    @Test
    void eventsOfAllEpochsVerify() throws SQLException {
        write(before, 3);
        write(after, 2);

        assertThat(faults(after)).isEmpty();
        try (Connection connection = dataSource.getConnection()) {
            assertThat(new AuditVerification(after).verify(connection).events())
                    .containsEntry(old, 3L)
                    .containsEntry(fresh, 2L);
        }
    }

    @Test
    void eventsOfEarlierReleasesVerify() throws SQLException {
        write(before, 3);
        execute("update audit_event set key_id = null where chain = ?");
        execute("update audit_chain set key_id = null where chain = ?");
        assertThat(faults(before)).isEmpty();

        write(after, 1);
        assertThat(faults(after)).isEmpty();
    }

    @Test
    void chainWithoutNewEventsIsSealedWithTheNewKey() throws SQLException {
        write(before, 3);
        assertThat(faults(after))
                .singleElement()
                .asString()
                .contains("sealed with key " + old, "primary audit key " + fresh, "keyset rewrap");

        assertThat(renew(after)).doesNotContain(organization);

        assertThat(faults(after)).isEmpty();
    }

    @Test
    void changedEndIsNotSealed() throws SQLException {
        write(before, 3);
        execute("update audit_chain set hash = '\\x00' where chain = ?");

        assertThat(renew(after)).contains(organization);

        assertThat(faults(after)).singleElement().asString().contains("start and end of its chain was altered");
    }

    @Test
    void serverWithAnOlderFileContinuesTheNewEpoch() throws SQLException {
        write(after, 1);
        write(after.withPrimary(old), 2);

        assertThat(faults(after)).isEmpty();
        assertThatThrownBy(() -> write(before, 1)).hasMessageContaining("lacks the audit key " + fresh);
    }

    @Test
    void formerKeyForgesNoWholeChain() throws SQLException {
        write(before, 3);
        renew(after);
        forge(1, 3);
        assertThat(faults(after)).singleElement().asString().contains("sealed with key " + old);
    }

    @Test
    void formerKeyForgesNoEventOfItsEpoch() throws SQLException {
        write(before, 3);
        write(after, 1);
        byte[] seal = seal();
        forge(2, 3);
        restore(seal);
        assertThat(faults(after)).singleElement().asString().contains("event 4", "epoch of key " + fresh);

        execute("delete from audit_event where sequence = 4 and chain = ?");
        assertThat(faults(after)).singleElement().asString().contains("event 4 was removed");
    }

    @Test
    void formerKeyAddsNoEventToALaterEpoch() throws SQLException {
        write(before, 1);
        write(after, 2);
        byte[] seal = seal();
        forge(3, 3);
        restore(seal);
        assertThat(faults(after)).singleElement().asString().contains("event 3", "epoch of key " + fresh);
    }

    @Test
    void missingKeyIsNamed() throws SQLException {
        write(before, 1);
        write(after, 1);
        Keyset tooNew = after.without(old);
        assertThat(faults(tooNew)).singleElement().asString().contains("from event 1 on, it is under key " + old);
        assertThat(faults(before)).singleElement().asString().contains("it is under key " + fresh);
    }

    private void write(Keyset keyset, int events) throws SQLException {
        AuditWriter writer = new AuditWriter(() -> keyset);
        try (Connection connection = dataSource.getConnection()) {
            for (int i = 0; i < events; i++) {
                writer.add(connection, event("createSecret"));
            }
        }
    }

    private Event event(String operation) {
        return Event.now(
                organization,
                operation,
                Outcome.DONE,
                null,
                null,
                List.of(),
                new Source(null, "Olga", null, null, null, "request"));
    }

    /**
     * Rewrites events and the end of the chain with the previous key, as an attacker with that key and the database
     * could.
     */
    private void forge(long first, long last) throws SQLException {
        AuditChain chains = new AuditChain(before);
        byte[] hash = first == 1 ? AuditChain.START : hashOf(first - 1);
        for (long sequence = first; sequence <= last; sequence++) {
            Event forged = event("forged");
            hash = chains.hash(old, hash, forged, sequence);
            execute(
                    "update audit_event set id = ?, at = ?::timestamptz, operation = ?, hash = ?, key_id = ?"
                            + " where sequence = ? and chain = ?",
                    forged.id(),
                    forged.at().toString(),
                    forged.operation(),
                    hash,
                    old.number(),
                    sequence);
        }
        End end = new End(organization, 1, AuditChain.START, last, hash, old);
        execute(
                "update audit_chain set hash = ?, seal = ?, key_id = ? where chain = ?",
                hash,
                chains.seal(end),
                old.number());
    }

    private byte[] hashOf(long sequence) throws SQLException {
        return read("select hash from audit_event where chain = ? and sequence = " + sequence);
    }

    private byte[] seal() throws SQLException {
        return read("select hash || seal from audit_chain where chain = ?");
    }

    /** Restores the end of the chain, which the previous key cannot seal. */
    private void restore(byte[] seal) throws SQLException {
        execute(
                "update audit_chain set hash = substring(? from 1 for 16), seal = substring(? from 17), key_id = ?"
                        + " where chain = ?",
                seal,
                seal,
                fresh.number());
    }

    private byte[] read(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, organization);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBytes(1);
            }
        }
    }

    private void execute(String sql, Object... parameters) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement triggers = connection.createStatement()) {
            triggers.execute("set session_replication_role = replica");
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                statement.setObject(parameters.length + 1, organization);
                statement.executeUpdate();
            } finally {
                triggers.execute("set session_replication_role = default");
            }
        }
    }

    private List<UUID> renew(Keyset keyset) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return new AuditSeals(keyset).renew(connection);
        }
    }

    /** The faults of this chain; the server's own chains are under another keyset. */
    private List<String> faults(Keyset keyset) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return new AuditVerification(keyset)
                    .verify(connection).faults().stream()
                            .filter(fault -> fault.toLowerCase(Locale.ROOT).contains(organization.toString()))
                            .toList();
        }
    }
}
