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

/** The models that a caller can call, asked of the database each time. */
@Singleton
public class ModelList {
    /** The most models in a list; the oldest beyond them are left out. */
    public static final int LONGEST = 10_000;

    // A long list takes longer than one route.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    // A name is ambiguous among all that the token reaches, with those that cannot be called, as RouteLookup has it.
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
            order by l.created_at desc, l.id desc""";
    private static final String IN_SOME = "and m.organization_id = any (?)";
    private static final String WITH_ID = "and m.id = ?";
    private static final String HAS_TWIN = "exists (select from model t where t.name = l.name and t.id <> l.id %s)";
    private static final String TWIN_IN_ALL = HAS_TWIN.formatted("");
    private static final String TWIN_IN_SOME = HAS_TWIN.formatted("and t.organization_id = any (?)");

    private final DataSource dataSource;
    private final LookupExecutor lookUps;

    ModelList(DataSource dataSource, LookupExecutor lookUps) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.lookUps = requireNonNull(lookUps, "lookUps is null");
    }

    /**
     * Lists the models that a token reaches and whose LLM provider is there.
     *
     * @param identity who calls
     * @param organization the id or slug of the organization that the caller chose
     * @return at most {@link #LONGEST} models, the newest first; nothing where the token reaches no such organization; a
     *     failure where the database does not answer, or is asked too much already
     */
    public CompletableFuture<Optional<List<ListedModel>>> list(Identity identity, Optional<String> organization) {
        return ask(() -> find(identity, organization, Optional.empty()));
    }

    /**
     * Finds one of those models, as the list has it.
     *
     * @param identity who calls
     * @param organization the id or slug of the organization that the caller chose
     * @param modelId the model, where {@link Routes#find} says that what the caller calls it leads to
     * @return the model; nothing where the list does not have it; a failure where the database does not answer, or is asked
     *     too much already
     */
    public CompletableFuture<Optional<ListedModel>> find(
            Identity identity, Optional<String> organization, UUID modelId) {
        return ask(() -> find(identity, organization, Optional.of(modelId))
                .flatMap(models -> models.stream().findFirst()));
    }

    private <T> CompletableFuture<T> ask(Callable<T> question) {
        return lookUps.ask(question, PATIENCE);
    }

    private Optional<List<ListedModel>> find(Identity identity, Optional<String> chosen, Optional<UUID> modelId)
            throws SQLException {
        if (chosen.filter(Routes::isNoName).isPresent()) {
            return Optional.empty();
        }
        try (Connection connection = dataSource.getConnection()) {
            OrganizationScope reach = identity.reach();
            if (chosen.isPresent()) {
                Optional<UUID> organization =
                        RouteLookup.organization(connection, chosen.get()).filter(identity::reaches);
                if (organization.isEmpty()) {
                    return Optional.empty();
                }
                reach = reach.within(organization.get());
            }
            return Optional.of(find(connection, reach, modelId));
        }
    }

    private static List<ListedModel> find(Connection connection, OrganizationScope reach, Optional<UUID> modelId)
            throws SQLException {
        Optional<Array> scope = RouteLookup.array(connection, reach);
        String conditions = (scope.isPresent() ? IN_SOME : "") + " " + (modelId.isPresent() ? WITH_ID : "");
        String sql = MODELS.formatted(conditions, scope.isPresent() ? TWIN_IN_SOME : TWIN_IN_ALL, LONGEST);
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            int parameter = 1;
            if (scope.isPresent()) {
                query.setObject(parameter++, scope.get());
            }
            if (modelId.isPresent()) {
                query.setObject(parameter++, modelId.get());
            }
            if (scope.isPresent()) {
                query.setObject(parameter++, scope.get());
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
