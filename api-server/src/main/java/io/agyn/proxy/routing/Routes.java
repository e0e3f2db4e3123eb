package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.changes.Change;
import io.agyn.changes.ChangeListener;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Where calls lead: looked up once, then known from memory until something changes in the organization. While the
 * database is away, what is known stays in force.
 */
@Singleton
public class Routes implements ChangeListener {
    private static final Set<String> TABLES = Set.of("organization", "secret", "llm_provider", "model");
    // A slug of 63 characters, a slash, and a name of 128, each of which may take two of Java's.
    private static final int LONGEST = 63 + 1 + 2 * 128;
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(2);
    private static final Duration KNOWN_FOR = Duration.ofDays(1);

    private final Memory<RouteKey, Route> routes;

    Routes(RouteLookup lookup) {
        requireNonNull(lookup, "lookup is null");
        this.routes = new Memory<>(lookup::find, route -> route instanceof Route.Found ? KNOWN_FOR : UNKNOWN_FOR);
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

    @Override
    public void onChanges(List<Change> changes) {
        List<UUID> organizations = changes.stream()
                .filter(change -> TABLES.contains(change.table()))
                .flatMap(change -> change.organizationId().stream())
                .distinct()
                .toList();
        if (!organizations.isEmpty()) {
            routes.forgetIf((key, route) -> organizations.stream().anyMatch(key::reaches));
        }
    }

    @Override
    public void onGap() {
        routes.forgetAll();
    }

    /** Whether nothing can have this name. It is not kept in memory then, which it would fill, and PostgreSQL takes no NUL. */
    private static boolean isNoName(String text) {
        return text.length() > LONGEST || text.indexOf('\0') >= 0;
    }
}
