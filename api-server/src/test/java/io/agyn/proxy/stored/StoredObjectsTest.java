package io.agyn.proxy.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.agyn.access.Credential;
import io.agyn.access.Identity;
import io.agyn.access.Person;
import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Role;
import io.agyn.database.PostgresTestResource;
import io.agyn.keys.LiveKeyset;
import io.agyn.proxy.routing.LookupExecutor;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which server and which caller finds a stored object, and for how long. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class StoredObjectsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Inject
    StoredObjects objects;

    @Inject
    StoredObjectTable table;

    @Inject
    LookupExecutor lookups;

    @Inject
    DataSource dataSource;

    @Inject
    LiveKeyset keyset;

    private final UUID organization = UUID.randomUUID();

    @Test
    void newObjectIsFoundByAllServersAtOnce() {
        StoredObject object = object(Instant.now(), new PendingRecord(Instant.now(), UUID.randomUUID()));
        objects.remember(object);
        assertThat(find(objects, organization, object.id())).contains(object);
        StoredObject found = find(otherServer(), organization, object.id()).orElseThrow();
        assertThat(found.providerId()).isEqualTo(object.providerId());
        assertThat(found.modelId()).isEqualTo(object.modelId());
        assertThat(found.userId()).isEqualTo(object.userId());
        assertThat(found.pending().id()).isEqualTo(object.pending().id());
        assertThat(found.pending().startedAt()).isCloseTo(object.pending().startedAt(), within(1, ChronoUnit.MICROS));
    }

    @Test
    void otherOrganizationsFindNothing() {
        StoredObject object = object(Instant.now(), null);
        objects.remember(object);
        assertThat(find(objects, UUID.randomUUID(), object.id())).isEmpty();
        assertThat(find(otherServer(), UUID.randomUUID(), object.id())).isEmpty();
    }

    @Test
    void sameIdOfAnotherOrganizationChangesNothing() {
        StoredObject object = object(Instant.now(), null);
        objects.remember(object);
        UUID intruder = UUID.randomUUID();
        objects.remember(new StoredObject(
                object.id(), intruder, Instant.now(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), null));
        assertThat(find(objects, organization, object.id()).orElseThrow().providerId())
                .isEqualTo(object.providerId());
        assertThat(find(otherServer(), organization, object.id()).orElseThrow().providerId())
                .isEqualTo(object.providerId());
    }

    @Test
    void unknownObjectIsLookedUpForASecond() {
        long begun = System.nanoTime();
        assertThat(find(objects, organization, "resp_unknown")).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(800), Duration.ofSeconds(5));
    }

    @Test
    void onlyAKeyedHashOfTheIdIsStored() throws Exception {
        StoredObject object = object(Instant.now(), null);
        table.insert(List.of(object));
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query =
                        connection.prepareStatement("select id_hash from stored_object where organization_id = ?")) {
            query.setObject(1, organization);
            try (ResultSet row = query.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getBytes(1)).isEqualTo(StoredIds.hash(keyset.current(), object.id()));
            }
        }
    }

    @Test
    void useRenewsAnObject() throws Exception {
        StoredObject object = object(Instant.now().minus(3, ChronoUnit.DAYS), null);
        table.insert(List.of(object));
        assertThat(find(objects, organization, object.id())).isPresent();
        await().atMost(PATIENCE).until(() -> rows() == 2);
        find(otherServer(), organization, object.id());
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void unusedObjectsExpire() throws Exception {
        Instant old = Instant.now().minus(33, ChronoUnit.DAYS);
        table.insert(List.of(object(old, null), object(Instant.now(), null)));
        table.maintain(LocalDate.now(ZoneOffset.UTC));
        assertThat(rows()).isEqualTo(1);
        // The day's partition is created again.
        table.insert(List.of(object(old, null)));
        assertThat(rows()).isEqualTo(2);
        table.maintain(LocalDate.now(ZoneOffset.UTC));
    }

    private StoredObject object(Instant createdAt, @Nullable PendingRecord pending) {
        return new StoredObject(
                "resp_" + UUID.randomUUID(),
                organization,
                createdAt,
                UUID.randomUUID(),
                UUID.randomUUID(),
                UUID.randomUUID(),
                pending);
    }

    /** A server that has nothing in memory. */
    private StoredObjects otherServer() {
        return new StoredObjects(table, new StoredObjectWriter(table), lookups);
    }

    private static Optional<StoredObject> find(StoredObjects from, UUID reached, String id) {
        Identity identity = new Identity(
                new Person(UUID.randomUUID(), "user", "User", Role.USER, Map.of(reached, MemberRole.MEMBER)),
                Credential.apiToken(UUID.randomUUID(), Optional.empty(), Optional.empty(), Optional.empty()),
                Optional.empty());
        return from.find(identity, Optional.empty(), id).join();
    }

    private int rows() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query =
                        connection.prepareStatement("select count(*) from stored_object where organization_id = ?")) {
            query.setObject(1, organization);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }
}
