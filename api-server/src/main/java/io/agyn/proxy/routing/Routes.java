package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.changes.ChangeListener;
import io.agyn.changes.RowChange;
import io.agyn.changes.RowChange.Operation;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Where calls lead: looked up once, then known from memory until something changes that the route depends on. While the
 * database is unavailable, known routes stay in use, outdated ones for {@link LookupCache#OUTDATED_FOR}; but none to a model, LLM
 * provider or organization whose deletion was seen.
 */
@Singleton
public class Routes implements ChangeListener {
    // Which model a name means is in these; what a model's calls take along is in those.
    private static final Set<String> NAMING = Set.of("organization", "model");
    private static final Set<String> CREDENTIALS = Set.of("secret", "llm_provider");
    // A slug of 63 characters, a slash, and a name of 128, each of which may take two of Java's.
    private static final int LONGEST = 63 + 1 + 2 * 128;

    private final LookupCache<RouteKey, Route> routes;

    Routes(RouteLookup lookup, LookupExecutor lookUps) {
        requireNonNull(lookup, "lookup is null");
        this.routes = new LookupCache<>(lookUps, lookup::find, route -> route instanceof Route.Found);
    }

    /**
     * Finds where a call leads.
     *
     * @param identity who calls
     * @param organization the id or slug of the organization that the caller chose
     * @param model what the caller calls the model
     * @return the route; a failure where the database must be asked and does not answer
     */
    public CompletableFuture<Route> find(Identity identity, Optional<String> organization, String model) {
        if (organization.filter(Routes::isNoName).isPresent()) {
            return CompletableFuture.completedFuture(new Route.UnknownOrganization());
        }
        if (isNoName(model)) {
            return CompletableFuture.completedFuture(new Route.UnknownModel());
        }
        return routes.get(RouteKey.of(identity, organization, model));
    }

    /** How many answers are known from memory, about. */
    public long known() {
        return routes.size();
    }

    /** How often the database was asked since the server started. */
    public long lookUps() {
        return routes.questions();
    }

    @Override
    public void onChanges(List<RowChange> changes) {
        Set<UUID> renamed = organizations(changes, NAMING);
        Set<UUID> rotated = organizations(changes, CREDENTIALS);
        if (renamed.isEmpty() && rotated.isEmpty()) {
            return;
        }
        Set<UUID> deleted = rows(changes, Operation.DELETE);
        // No route depends on a secret or an LLM provider that was only now created.
        Set<UUID> updated = rows(changes, Operation.UPDATE);
        // A model of the same name in another organization, or its slug, may change where a token leads that spans
        // them; the credentials of another organization never do.
        routes.forgetIf((key, route) -> route instanceof Route.Found found
                ? dependsOn(found, deleted)
                : renamed.stream().anyMatch(key::reaches)
                        || route.organization().filter(rotated::contains).isPresent());
        routes.outdateIf((key, route) -> renamed.stream().anyMatch(key::reaches)
                || route instanceof Route.Found found && dependsOn(found, updated));
    }

    @Override
    public void onGap() {
        routes.forgetAll();
    }

    @Override
    public void onSilence() {
        routes.outdateIf((key, route) -> true);
    }

    private static boolean dependsOn(Route.Found route, Set<UUID> rows) {
        Target target = route.target();
        return rows.contains(target.modelId())
                || rows.contains(target.providerId())
                || rows.contains(target.organizationId())
                || route.secretId().filter(rows::contains).isPresent();
    }

    private static Set<UUID> rows(List<RowChange> changes, Operation operation) {
        return changes.stream()
                .filter(change -> change.operation() == operation)
                .map(RowChange::rowId)
                .collect(Collectors.toSet());
    }

    private static Set<UUID> organizations(List<RowChange> changes, Set<String> tables) {
        return changes.stream()
                .filter(change -> tables.contains(change.table()))
                .flatMap(change -> change.organizationId().stream())
                .collect(Collectors.toSet());
    }

    /** Whether nothing can have this name. It is not kept in memory then, which it would fill, and PostgreSQL takes no NUL. */
    static boolean isNoName(String text) {
        return text.length() > LONGEST || text.indexOf('\0') >= 0;
    }
}
