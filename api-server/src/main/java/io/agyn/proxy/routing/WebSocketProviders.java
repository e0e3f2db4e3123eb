package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.access.OrganizationScope;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.WebSocketMode;
import io.agyn.changes.ChangeListener;
import io.agyn.changes.RowChange;
import jakarta.inject.Singleton;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** Looks up the LLM providers whose models a token can call over WebSocket. They are cached until they change. */
@Singleton
public class WebSocketProviders implements ChangeListener {
    private static final Set<String> TABLES = Set.of("organization", "model", "llm_provider");
    private static final String PROVIDERS = """
        select p.id, p.endpoint, p.websocket from llm_provider p
        where p.protocol = ? %s
            and exists (select from model m where m.organization_id = p.organization_id and m.provider_id = p.id)
        limit 1000\
        """;
    private static final String IN_ALL = PROVIDERS.formatted("");
    private static final String IN_ORGANIZATIONS = PROVIDERS.formatted("and p.organization_id = any (?)");

    private final DataSource dataSource;
    private final LookupCache<Key, List<Provider>> providers;

    /** @param isOff whether the provider's setting {@code websocket} is {@code off} */
    public record Provider(UUID id, Endpoint endpoint, boolean isOff) {}

    private record Key(OrganizationScope scope, Optional<String> organization) {}

    WebSocketProviders(DataSource dataSource, LookupExecutor lookups) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.providers = new LookupCache<>(lookups, this::find, found -> !found.isEmpty());
    }

    /**
     * Looks up the LLM providers of the Responses API that have models which a token reaches.
     *
     * @param organization the id or slug of the selected organization
     * @return at most 1,000 LLM providers; fails if the database is needed and does not respond
     */
    public CompletableFuture<List<Provider>> find(Identity identity, Optional<String> organization) {
        return organization.filter(Routes::isImpossibleName).isPresent()
                ? CompletableFuture.completedFuture(List.of())
                : providers.get(new Key(identity.scope(), organization));
    }

    private List<Provider> find(Key key) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            OrganizationScope scope = key.scope();
            if (key.organization().isPresent()) {
                Optional<UUID> selected =
                        RouteLookup.organization(connection, key.organization().get());
                if (selected.isEmpty()) {
                    return List.of();
                }
                scope = scope.within(selected.get());
            }
            return find(connection, scope);
        }
    }

    private static List<Provider> find(Connection connection, OrganizationScope scope) throws SQLException {
        Optional<Array> organizations = RouteLookup.array(connection, scope);
        try (PreparedStatement query =
                connection.prepareStatement(organizations.isPresent() ? IN_ORGANIZATIONS : IN_ALL)) {
            query.setString(1, Protocol.RESPONSES.toString());
            if (organizations.isPresent()) {
                query.setArray(2, organizations.get());
            }
            try (ResultSet row = query.executeQuery()) {
                List<Provider> found = new ArrayList<>();
                while (row.next()) {
                    found.add(new Provider(
                            row.getObject(1, UUID.class),
                            Endpoint.of(row.getString(2)),
                            WebSocketMode.fromValue(row.getString(3)) == WebSocketMode.OFF));
                }
                return List.copyOf(found);
            }
        }
    }

    @Override
    public void onChanges(List<RowChange> changes) {
        Set<UUID> changed = changes.stream()
                .filter(change -> TABLES.contains(change.table()))
                .flatMap(change -> change.organizationId().stream())
                .collect(Collectors.toSet());
        if (!changed.isEmpty()) {
            providers.markStaleIf((key, found) -> changed.stream().anyMatch(key.scope()::includes));
        }
    }

    @Override
    public void onGap() {
        providers.markStaleIf((key, found) -> true);
    }
}
