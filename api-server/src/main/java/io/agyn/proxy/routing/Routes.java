package io.agyn.proxy.routing;

import io.agyn.access.Identity;
import io.agyn.changes.ChangeListener;
import io.agyn.changes.RowChange;
import io.agyn.changes.RowChange.Operation;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Resolves calls to routes. Routes are cached until a row changes that they depend on. While the database is
 * unavailable, cached routes stay in use, stale ones for {@link LookupCache#MAX_STALE}; never routes to a deleted
 * model, LLM provider or organization.
 */
@Singleton
public class Routes implements ChangeListener {
    // NAMING tables decide which model a name resolves to; CREDENTIALS tables hold its endpoint and credentials.
    private static final Set<String> NAMING = Set.of("organization", "model");
    private static final Set<String> CREDENTIALS = Set.of("secret", "secret_provider", "llm_provider");
    // A slug of 63 characters, a slash, and a name of 128 code points, up to two Java chars each.
    private static final int MAX_NAME_LENGTH = 63 + 1 + 2 * 128;

    private final LookupCache<RouteKey, Route> routes;

    @Inject
    Routes(RouteLookup lookup, LookupExecutor lookups) {
        this(lookup::find, lookups);
    }

    Routes(LookupCache.Lookup<RouteKey, Route> lookup, LookupExecutor lookups) {
        this.routes = new LookupCache<>(lookups, lookup, route -> route instanceof Route.Found);
    }

    /** Resolves a call by the name of its model, see {@link #find(Identity, Optional, ModelSelector)}. */
    public CompletableFuture<Route> find(Identity identity, Optional<String> organization, String model) {
        return find(identity, organization, new ModelSelector.Named(model));
    }

    /**
     * Resolves a call.
     *
     * @param identity the caller
     * @param organization the id or slug of the selected organization
     * @return the route; fails if the database is needed and does not respond
     */
    public CompletableFuture<Route> find(Identity identity, Optional<String> organization, ModelSelector model) {
        if (organization.filter(Routes::isImpossibleName).isPresent()) {
            return CompletableFuture.completedFuture(new Route.UnknownOrganization());
        }
        if (model instanceof ModelSelector.Named named && isImpossibleName(named.name())) {
            return CompletableFuture.completedFuture(new Route.UnknownModel());
        }
        return routes.get(RouteKey.of(identity, organization, model));
    }

    /** The approximate number of cached routes. */
    public long size() {
        return routes.size();
    }

    /** The number of database lookups since the server started. */
    public long lookupCount() {
        return routes.lookupCount();
    }

    @Override
    public void onChanges(List<RowChange> changes) {
        Set<UUID> renamed = organizations(changes, NAMING);
        Set<UUID> rotated = organizations(changes, CREDENTIALS);
        if (renamed.isEmpty() && rotated.isEmpty()) {
            return;
        }
        Set<UUID> deleted = rows(changes, Operation.DELETE);
        // No route depends on a secret or a provider that was just created.
        Set<UUID> updated = rows(changes, Operation.UPDATE);
        // A new model of another organization, or its slug, may change the route of a token that spans both, such as
        // one by slug/name; another organization's credentials never do.
        routes.invalidateIf((key, route) -> route instanceof Route.Found found
                ? dependsOn(found, deleted)
                : renamed.stream().anyMatch(key::reaches)
                        || route.organization().filter(rotated::contains).isPresent());
        routes.markStaleIf((key, route) -> renamed.stream().anyMatch(key::reaches)
                || route instanceof Route.Found found && dependsOn(found, updated));
    }

    @Override
    public void onGap() {
        routes.invalidateAll();
    }

    @Override
    public void onSilence() {
        routes.markStaleIf((key, route) -> true);
    }

    private static boolean dependsOn(Route.Found route, Set<UUID> rows) {
        Target target = route.target();
        return rows.contains(target.modelId())
                || rows.contains(target.providerId())
                || rows.contains(target.organizationId())
                || target.remoteCredential() != null
                        && rows.contains(target.remoteCredential().reference().providerId())
                || route.secretId().filter(rows::contains).isPresent()
                || route.fallbacks() != null
                        && route.fallbacks().rows().stream().anyMatch(rows::contains);
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

    /**
     * Whether no organization or model can have this name. Such names must not fill the cache, and PostgreSQL rejects
     * NUL.
     */
    static boolean isImpossibleName(String text) {
        return text.length() > MAX_NAME_LENGTH || text.indexOf('\0') >= 0;
    }
}
