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

    // As in RouteLookup, a name is ambiguous among all models that the token reaches, even those that cannot be
    // called.
    private static final String MODELS = """
        with listed as (
            select m.id, m.name, m.organization_id, m.created_at, p.protocol
            from model m
            join llm_provider p on p.organization_id = m.organization_id and p.id = m.provider_id
            where true %1$s
            order by m.created_at desc, m.id desc
            limit %3$d)
        select l.id, l.name, o.slug, l.protocol, l.created_at, %2$s
        from listed l
        join organization o on o.id = l.organization_id
        order by l.created_at desc, l.id desc\
        """;
    private static final String IN_ORGANIZATIONS = "and m.organization_id = any (?)";
    private static final String WITH_ID = "and m.id = ?";
    private static final String HAS_TWIN = "exists (select from model t where t.name = l.name and t.id <> l.id %s)";
    private static final String TWIN_IN_ALL = HAS_TWIN.formatted("");
    private static final String TWIN_IN_ORGANIZATIONS = HAS_TWIN.formatted("and t.organization_id = any (?)");

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
     * @return at most {@link #MAX_MODELS} models, newest first; empty if the token reaches no such organization;
     *     fails if the database does not respond, or too many lookups are queued
     */
    public CompletableFuture<Optional<List<ListedModel>>> list(Identity identity, Optional<String> organization) {
        return submit(() -> find(identity, organization, Optional.empty()));
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
        return submit(() -> find(identity, organization, Optional.of(modelId))
                .flatMap(models -> models.stream().findFirst()));
    }

    private <T> CompletableFuture<T> submit(Callable<T> lookup) {
        return lookups.submit(lookup, TIMEOUT);
    }

    private Optional<List<ListedModel>> find(Identity identity, Optional<String> selected, Optional<UUID> modelId)
            throws SQLException {
        if (selected.filter(Routes::isImpossibleName).isPresent()) {
            return Optional.empty();
        }
        try (Connection connection = dataSource.getConnection()) {
            OrganizationScope scope = identity.scope();
            if (selected.isPresent()) {
                Optional<UUID> organization =
                        RouteLookup.organization(connection, selected.get()).filter(identity::reaches);
                if (organization.isEmpty()) {
                    return Optional.empty();
                }
                scope = scope.within(organization.get());
            }
            return Optional.of(find(connection, scope, modelId));
        }
    }

    private static List<ListedModel> find(Connection connection, OrganizationScope scope, Optional<UUID> modelId)
            throws SQLException {
        Optional<Array> organizationArray = RouteLookup.array(connection, scope);
        String conditions =
                (organizationArray.isPresent() ? IN_ORGANIZATIONS : "") + " " + (modelId.isPresent() ? WITH_ID : "");
        String sql = MODELS.formatted(
                conditions, organizationArray.isPresent() ? TWIN_IN_ORGANIZATIONS : TWIN_IN_ALL, MAX_MODELS);
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            int parameter = 1;
            if (organizationArray.isPresent()) {
                query.setObject(parameter++, organizationArray.get());
            }
            if (modelId.isPresent()) {
                query.setObject(parameter++, modelId.get());
            }
            if (organizationArray.isPresent()) {
                query.setObject(parameter++, organizationArray.get());
            }
            try (ResultSet row = query.executeQuery()) {
                List<ListedModel> models = new ArrayList<>();
                while (row.next()) {
                    models.add(model(row));
                }
                return models;
            }
        }
    }

    private static ListedModel model(ResultSet row) throws SQLException {
        String name = row.getString(2);
        String slug = row.getString(3);
        boolean hasTwin = row.getBoolean(6);
        return new ListedModel(
                hasTwin ? slug + "/" + name : name,
                row.getObject(1, UUID.class),
                name,
                slug,
                Protocol.fromValue(row.getString(4)),
                row.getObject(5, OffsetDateTime.class).toInstant());
    }
}
