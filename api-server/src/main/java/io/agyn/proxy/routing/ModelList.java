package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.access.OrganizationScope;
import io.agyn.api.model.Protocol;
import jakarta.inject.Singleton;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/** Lists the models that a caller can use, from the database. */
@Singleton
public class ModelList {
    /** The most models in a list; older ones are left out. */
    public static final int MAX_MODELS = 10_000;

    // A long list takes longer than a route.
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The most bytes of a catalogue that Codex reads. */
    static final int MAX_CATALOG_BYTES = 1 << 20;

    /** More than a model takes in a catalogue, apart from its stored entry. */
    static final int MAX_DEFAULT_ENTRY_BYTES = 4096;

    private static final String CATALOG_SIZE =
            "sum(%d + coalesce(octet_length(m.codex_catalog_entry), 0)) over (order by m.created_at desc, m.id desc)"
                    .formatted(MAX_DEFAULT_ENTRY_BYTES);
    private static final String MODELS = """
        with listed as (
            select m.id, m.name, m.alias, m.organization_id, m.created_at, p.protocol, %1$s
            from model m
            join llm_provider p on p.organization_id = m.organization_id and p.id = m.provider_id
            where true %2$s
            order by m.created_at desc, m.id desc
            limit %3$d)
        select l.id, l.name, o.slug, l.protocol, l.created_at, l.alias, l.codex_catalog_entry, l.organization_id
        from listed l
        join organization o on o.id = l.organization_id
        where l.bytes <= %4$d
        order by l.created_at desc, l.id desc\
        """;
    private static final String WITHOUT_ENTRIES = "null as codex_catalog_entry, 0 as bytes";
    private static final String WITH_ENTRIES = "m.codex_catalog_entry, " + CATALOG_SIZE + " as bytes";
    private static final String IN_ORGANIZATIONS = "and m.organization_id = any (?) ";
    private static final String ALLOWED = "and m.id = any (?) ";
    private static final String WITH_ID = "and m.id = ? ";
    private static final String WITH_PROTOCOL = "and p.protocol = ? ";

    private final DataSource dataSource;
    private final LookupExecutor lookups;

    ModelList(DataSource dataSource, LookupExecutor lookups) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.lookups = requireNonNull(lookups, "lookUps is null");
    }

    /**
     * Lists the models that a token reaches and that have an LLM provider.
     *
     * @param identity the caller
     * @param organization the id or slug of the selected organization
     * @param protocol the protocol of the models; empty for both
     * @return at most {@link #MAX_MODELS} models, newest first; empty if the token reaches no such organization;
     *     fails if the database does not respond, or too many lookups are queued
     */
    public CompletableFuture<Optional<List<ListedModel>>> list(
            Identity identity, Optional<String> organization, Optional<Protocol> protocol) {
        return submit(() -> find(identity, organization, new Filter(Optional.empty(), protocol, false)));
    }

    /**
     * Lists models as {@link #list} does, those that Codex can call, with their entries: the newest whose catalogue
     * Codex reads completely.
     */
    public CompletableFuture<Optional<List<ListedModel>>> catalog(Identity identity, Optional<String> organization) {
        Filter filter = new Filter(Optional.empty(), Optional.of(Protocol.RESPONSES), true);
        return submit(() -> find(identity, organization, filter));
    }

    /**
     * Finds one model of the list.
     *
     * @param identity the caller
     * @param organization the id or slug of the selected organization
     * @param modelId the model that {@link Routes#find} found for the caller's name
     * @return the model; empty if the list does not have it; fails if the database does not respond, or too many
     *     lookups are queued
     */
    public CompletableFuture<Optional<ListedModel>> find(
            Identity identity, Optional<String> organization, UUID modelId) {
        Filter filter = new Filter(Optional.of(modelId), Optional.empty(), false);
        return submit(() -> find(identity, organization, filter)
                .flatMap(models -> models.stream().findFirst()));
    }

    private record Filter(Optional<UUID> modelId, Optional<Protocol> protocol, boolean withEntries) {}

    private <T> CompletableFuture<T> submit(Callable<T> lookup) {
        return lookups.submit(lookup, TIMEOUT);
    }

    private Optional<List<ListedModel>> find(Identity identity, Optional<String> selected, Filter filter)
            throws SQLException {
        if (selected.filter(Routes::isImpossibleName).isPresent()) {
            return Optional.empty();
        }
        try (Connection connection = dataSource.getConnection()) {
            OrganizationScope scope = identity.scope();
            Optional<UUID> home = identity.home();
            if (selected.isPresent()) {
                Optional<UUID> organization =
                        RouteLookup.organization(connection, selected.get()).filter(identity::reaches);
                if (organization.isEmpty()) {
                    return Optional.empty();
                }
                scope = scope.within(organization.get());
                home = organization;
            }
            Optional<Set<UUID>> allowed = identity.credential().rights().models();
            return Optional.of(find(connection, scope, home, allowed, filter));
        }
    }

    private static List<ListedModel> find(
            Connection connection,
            OrganizationScope scope,
            Optional<UUID> home,
            Optional<Set<UUID>> allowed,
            Filter filter)
            throws SQLException {
        Optional<Array> organizations = RouteLookup.array(connection, scope);
        List<Object> parameters = new ArrayList<>();
        StringBuilder conditions = new StringBuilder();
        organizations.ifPresent(array -> {
            conditions.append(IN_ORGANIZATIONS);
            parameters.add(array);
        });
        if (allowed.isPresent()) {
            conditions.append(ALLOWED);
            parameters.add(connection.createArrayOf("uuid", allowed.get().toArray()));
        }
        filter.modelId().ifPresent(id -> {
            conditions.append(WITH_ID);
            parameters.add(id);
        });
        filter.protocol().ifPresent(protocol -> {
            conditions.append(WITH_PROTOCOL);
            parameters.add(protocol.toString());
        });
        String sql = MODELS.formatted(
                filter.withEntries() ? WITH_ENTRIES : WITHOUT_ENTRIES, conditions, MAX_MODELS, MAX_CATALOG_BYTES);
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.size(); i++) {
                query.setObject(i + 1, parameters.get(i));
            }
            try (ResultSet row = query.executeQuery()) {
                List<ListedModel> models = new ArrayList<>();
                while (row.next()) {
                    models.add(model(row, home));
                }
                return models;
            }
        }
    }

    /** As in {@link RouteLookup}, names without a slug are resolved in the home organization. */
    private static ListedModel model(ResultSet row, Optional<UUID> home) throws SQLException {
        String name = row.getString(2);
        String slug = row.getString(3);
        String prefix = home.filter(row.getObject(8, UUID.class)::equals).isPresent() ? "" : slug + "/";
        String alias = row.getString(6);
        return new ListedModel(
                prefix + name,
                row.getObject(1, UUID.class),
                name,
                alias == null ? null : prefix + alias,
                slug,
                Protocol.fromValue(row.getString(4)),
                row.getObject(5, OffsetDateTime.class).toInstant(),
                row.getString(7));
    }
}
