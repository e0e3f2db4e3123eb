package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitSubjectType;
import io.agyn.changes.ChangeListener;
import io.agyn.changes.RowChange;
import io.agyn.limits.admission.Limit;
import io.agyn.limits.admission.LimitSource;
import io.agyn.limits.admission.OrganizationLimits;
import io.agyn.limits.admission.Window;
import io.agyn.storage.ResponseTimeout;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Looks up the limits of organizations, and caches them until a row changes. While the database is unavailable, the cached
 * limits stay in use.
 */
@Singleton
class LimitLookup implements LimitSource, ChangeListener {
    private static final Set<String> TABLES = Set.of("call_limit", "organization");
    private static final String FIND = """
        select l.id, l.name, l.subject_type, l.subject_id, l.measure, l.amount, l.time_window, l.action, l.updated_at,
            o.time_zone
        from call_limit l join organization o on o.id = l.organization_id
        where l.organization_id = ?
        order by l.created_at, l.id\
        """;

    private final DataSource dataSource;
    private final LookupCache<UUID, OrganizationLimits> cache;

    LimitLookup(DataSource dataSource, LookupExecutor lookups) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        // Organizations without limits are kept as long as those with limits.
        this.cache = new LookupCache<>(lookups, this::find, limits -> true);
    }

    @Override
    public CompletableFuture<OrganizationLimits> limits(UUID organizationId) {
        return cache.get(organizationId);
    }

    @Override
    public void onChanges(List<RowChange> changes) {
        Set<UUID> changed = changes.stream()
                .filter(change -> TABLES.contains(change.table()))
                .flatMap(change -> change.organizationId().stream())
                .collect(Collectors.toSet());
        if (!changed.isEmpty()) {
            cache.markStaleIf((organizationId, limits) -> changed.contains(organizationId));
        }
    }

    @Override
    public void onGap() {
        cache.markStaleIf((organizationId, limits) -> true);
    }

    private OrganizationLimits find(UUID organizationId) throws SQLException {
        List<Limit> limits = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                ResponseTimeout ignored = ResponseTimeout.on(connection);
                PreparedStatement query = connection.prepareStatement(FIND)) {
            query.setObject(1, organizationId);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    limits.add(limit(row));
                }
            }
        }
        return new OrganizationLimits(limits);
    }

    private static Limit limit(ResultSet row) throws SQLException {
        String window = row.getString("time_window");
        return new Limit(
                row.getObject("id", UUID.class),
                row.getString("name"),
                LimitSubjectType.fromValue(row.getString("subject_type")),
                row.getObject("subject_id", UUID.class),
                LimitMeasure.fromValue(row.getString("measure")),
                row.getLong("amount"),
                window == null ? null : Window.of(window),
                row.getString("action").equals("block"),
                Window.zone(row.getString("time_zone")),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
