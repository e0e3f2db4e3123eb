package io.agyn.proxy.stored;

import static java.util.Objects.requireNonNull;

import io.agyn.access.OrganizationScope;
import io.agyn.contract.Uuids;
import io.agyn.keys.Keyset;
import io.agyn.keys.LiveKeyset;
import io.agyn.settings.Settings;
import io.agyn.storage.DailyPartitions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The table of stored objects. Its methods block. */
@Singleton
class StoredObjectTable {
    private static final String INSERT = """
        insert into stored_object (
            id_hash, organization_id, created_at, user_id, model_id, provider_id, record_started_at, record_id)
        select * from unnest(
            ?::bytea[], ?::uuid[], ?::timestamptz[], ?::uuid[], ?::uuid[], ?::uuid[], ?::timestamptz[], ?::uuid[])
        on conflict do nothing\
        """;
    // The newest row wins if providers of several organizations use the same id. Null parameters select all rows.
    private static final String FIND = """
        select organization_id, created_at, user_id, model_id, provider_id, record_started_at, record_id
        from stored_object
        where id_hash = any (?::bytea[])
            and (?::uuid[] is null or organization_id = any (?::uuid[]))
            and (?::text is null or organization_id = (
                select id from organization where id = ?::uuid or slug = ? order by id = ?::uuid desc limit 1))
        order by created_at desc
        limit 1\
        """;
    // Otherwise, if the database's machine crashes, TCP would wait for 15 minutes.
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);

    private final DataSource dataSource;
    private final Supplier<Keyset> keyset;
    private final Duration retention;
    private final DailyPartitions partitions = new DailyPartitions(
            "select ensure_daily_partition('stored_object', ?)", "select drop_daily_partitions('stored_object', ?)");

    @Inject
    StoredObjectTable(DataSource dataSource, LiveKeyset keyset, Settings settings) {
        this(dataSource, keyset::current, settings.proxy().storedObjectRetention());
    }

    /** @param retention whole days to keep rows */
    StoredObjectTable(DataSource dataSource, Supplier<Keyset> keyset, Duration retention) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.keyset = requireNonNull(keyset, "keyset is null");
        this.retention = requireNonNull(retention, "retention is null");
    }

    /** Inserts rows; those that exist have no effect. */
    synchronized void insert(List<StoredObject> objects) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            int networkTimeout = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, (int) RESPONSE_TIMEOUT.toMillis());
            try {
                partitions.ensure(
                        connection,
                        objects.stream()
                                .map(object -> LocalDate.ofInstant(object.createdAt(), ZoneOffset.UTC))
                                .collect(Collectors.toSet()));
                insert(connection, objects);
            } catch (SQLException e) {
                partitions.clear();
                throw e;
            } finally {
                connection.setNetworkTimeout(Runnable::run, networkTimeout);
            }
        }
    }

    private void insert(Connection connection, List<StoredObject> objects) throws SQLException {
        Keyset keys = keyset.get();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            // Not an Object[], in which the driver accepts no byte[].
            byte[][] hashes = objects.stream()
                    .map(object -> StoredIds.hash(keys, object.id()))
                    .toArray(byte[][]::new);
            insert.setArray(1, insert.getConnection().createArrayOf("bytea", hashes));
            set(insert, 2, "uuid", objects, StoredObject::organizationId);
            set(insert, 3, "timestamptz", objects, StoredObject::createdAt);
            set(insert, 4, "uuid", objects, StoredObject::userId);
            set(insert, 5, "uuid", objects, StoredObject::modelId);
            set(insert, 6, "uuid", objects, StoredObject::providerId);
            set(insert, 7, "timestamptz", objects, pending(PendingRecord::startedAt));
            set(insert, 8, "uuid", objects, pending(PendingRecord::id));
            insert.executeUpdate();
        }
    }

    private static Function<StoredObject, @Nullable Object> pending(Function<PendingRecord, Object> field) {
        return object -> object.pending() == null ? null : field.apply(object.pending());
    }

    private static void set(
            PreparedStatement insert,
            int index,
            String type,
            List<StoredObject> objects,
            Function<StoredObject, @Nullable Object> field)
            throws SQLException {
        insert.setArray(
                index,
                insert.getConnection()
                        .createArrayOf(type, objects.stream().map(field).toArray()));
    }

    /**
     * Finds an object in the organizations of a scope.
     *
     * @param organization the id or slug of the selected organization, if any
     */
    Optional<StoredObject> find(OrganizationScope scope, Optional<String> organization, String id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(FIND)) {
            query.setArray(1, connection.createArrayOf("bytea", StoredIds.hashes(keyset.get(), id)));
            Object scoped = scope.organizations().isEmpty()
                    ? null
                    : connection.createArrayOf(
                            "uuid", scope.organizations().get().toArray());
            query.setObject(2, scoped);
            query.setObject(3, scoped);
            query.setString(4, organization.orElse(null));
            Object selected = organization.flatMap(Uuids::parse).orElse(null);
            query.setObject(5, selected);
            query.setString(6, organization.orElse(null));
            query.setObject(7, selected);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(object(id, row)) : Optional.empty();
            }
        }
    }

    private static StoredObject object(String id, ResultSet row) throws SQLException {
        UUID recordId = row.getObject("record_id", UUID.class);
        return new StoredObject(
                id,
                row.getObject("organization_id", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("user_id", UUID.class),
                row.getObject("model_id", UUID.class),
                row.getObject("provider_id", UUID.class),
                recordId == null
                        ? null
                        : new PendingRecord(
                                row.getObject("record_started_at", OffsetDateTime.class)
                                        .toInstant(),
                                recordId));
    }

    /** Creates the partitions of today and tomorrow, and drops expired ones; returns the number of dropped ones. */
    synchronized int maintain(LocalDate today) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            partitions.ensure(connection, List.of(today, today.plusDays(1)));
            return partitions.dropBefore(connection, today.minusDays(retention.toDays()));
        }
    }
}
