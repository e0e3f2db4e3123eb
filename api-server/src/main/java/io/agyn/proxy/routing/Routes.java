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
import java.util.stream.Collectors;

/**
 * Where calls lead: looked up once, then known from memory until something changes in the organization. While the
 * database is away, what is known stays in force.
 */
@Singleton
public class Routes implements ChangeListener {
    // Which model a name means is in these; what a model's calls take along is in those.
    private static final Set<String> NAMING = Set.of("organization", "model");
    private static final Set<String> CREDENTIALS = Set.of("secret", "llm_provider");
    // A slug of 63 characters, a slash, and a name of 128, each of which may take two of Java's.
    private static final int LONGEST = 63 + 1 + 2 * 128;
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(2);
    private static final Duration KNOWN_FOR = Duration.ofDays(1);

    private final Memory<RouteKey, Route> routes;

    Routes(RouteLookup lookup, LookUps lookUps) {
        requireNonNull(lookup, "lookup is null");
        this.routes =
                new Memory<>(lookUps, lookup::find, route -> route instanceof Route.Found ? KNOWN_FOR : UNKNOWN_FOR);
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
    public void onChanges(List<Change> changes) {
        Set<UUID> renamed = organizations(changes, NAMING);
        Set<UUID> rotated = organizations(changes, CREDENTIALS);
        if (!renamed.isEmpty() || !rotated.isEmpty()) {
            // A model of the same name in another organization, or its slug, may change where a token leads that spans
            // them; the credentials of another organization never do.
            routes.forgetIf((key, route) -> renamed.stream().anyMatch(key::reaches)
                    || route.organization().filter(rotated::contains).isPresent());
        }
    }

    @Override
    public void onGap() {
        routes.forgetAll();
    }

    private static Set<UUID> organizations(List<Change> changes, Set<String> tables) {
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
