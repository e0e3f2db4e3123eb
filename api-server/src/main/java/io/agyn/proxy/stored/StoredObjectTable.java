package io.agyn.proxy.stored;

import static java.util.Objects.requireNonNull;

import io.agyn.access.OrganizationScope;
import io.agyn.contract.Uuids;
import io.agyn.keys.Keyset;
import io.agyn.keys.LiveKeyset;
import io.agyn.settings.Settings;
import io.agyn.storage.DailyPartitions;
import io.agyn.storage.ResponseTimeout;
import io.agyn.usage.LineBuffer;
import io.agyn.usage.TimeText;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** The table of stored objects. Its methods block. */
@Singleton
class StoredObjectTable {
    private static final String COPY = """
        copy stored_object (
            id_hash, organization_id, created_at, user_id, model_id, provider_id, record_started_at, record_id)
        from stdin\
        """;
    private static final String BYTEA_PREFIX = "\\\\x";
    private static final String UNIQUE_VIOLATION = "23505";
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
    private static final String KNOWN =
            "select distinct id_hash from stored_object where id_hash = any (?::bytea[]) and organization_id = ?";

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

    /** Inserts a batch. Inserting the same batch again has no effect. */
    synchronized void insert(List<StoredObject> objects) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                ResponseTimeout ignored = ResponseTimeout.on(connection)) {
            partitions.ensure(
                    connection,
                    objects.stream()
                            .map(object -> LocalDate.ofInstant(object.createdAt(), ZoneOffset.UTC))
                            .collect(Collectors.toSet()));
            insert(connection, distinct(objects));
        } catch (SQLException e) {
            partitions.clear();
            // The previous attempt has inserted the batch, and its response was lost.
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    private void insert(Connection connection, Collection<StoredObject> objects) throws SQLException {
        Keyset keys = keyset.get();
        LineBuffer lines = new LineBuffer();
        TimeText times = new TimeText();
        for (StoredObject object : objects) {
            lines.append(BYTEA_PREFIX + HexFormat.of().formatHex(StoredIds.hash(keys, object.id())));
            lines.append('\t').append(object.organizationId()).append('\t');
            times.append(lines, object.createdAt());
            lines.append('\t').append(object.userId());
            lines.append('\t').append(object.modelId());
            lines.append('\t').append(object.providerId()).append('\t');
            PendingRecord pending = object.pending();
            if (pending == null) {
                lines.append("\\N\t\\N");
            } else {
                times.append(lines, pending.startedAt());
                lines.append('\t').append(pending.id());
            }
            lines.append('\n');
        }
        try {
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY, new ByteArrayInputStream(lines.toBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The newest of the objects with the same key, since a provider may repeat ids within a batch. */
    private static Collection<StoredObject> distinct(List<StoredObject> objects) {
        Map<Map.Entry<UUID, String>, StoredObject> distinct = new LinkedHashMap<>();
        for (StoredObject object : objects) {
            distinct.put(Map.entry(object.organizationId(), object.id()), object);
        }
        return distinct.values();
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

    /** Returns those of the ids that are objects of an organization. */
    Set<String> known(UUID organizationId, List<String> ids) throws SQLException {
        Keyset keys = keyset.get();
        Map<String, String> idsByHash = new HashMap<>();
        List<byte[]> hashes = new ArrayList<>();
        for (String id : ids) {
            for (byte[] hash : StoredIds.hashes(keys, id)) {
                hashes.add(hash);
                idsByHash.put(HexFormat.of().formatHex(hash), id);
            }
        }
        Set<String> known = new HashSet<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(KNOWN)) {
            query.setArray(1, connection.createArrayOf("bytea", hashes.toArray(byte[][]::new)));
            query.setObject(2, organizationId);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    known.add(
                            requireNonNull(idsByHash.get(HexFormat.of().formatHex(rows.getBytes(1))), "unknown hash"));
                }
            }
        }
        return known;
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
            return partitions.maintain(connection, today, retention);
        }
    }
}
