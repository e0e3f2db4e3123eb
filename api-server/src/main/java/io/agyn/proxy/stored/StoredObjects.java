package io.agyn.proxy.stored;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.access.Identity;
import io.agyn.access.OrganizationScope;
import io.agyn.budget.ConcurrentCalls;
import io.agyn.proxy.routing.LookupExecutor;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The objects that LLM providers store for this deployment's organizations. An object that is not remembered for an
 * organization of the caller does not exist for them, even if the provider has it: ids are no proof of access, and
 * organizations may share a vendor account.
 */
@Singleton
public final class StoredObjects {
    // Serves this server's own objects before they are in the database, and while it is unavailable.
    private static final int RECENT_OBJECTS = 20_000;
    private static final Duration RECENT_TIME = Duration.ofMinutes(10);
    private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(5);
    // Another server writes a new object within 50 ms, or within a second under load.
    private static final int[] REPEAT_DELAYS_MS = {50, 100, 250, 500};
    // More unknown ids of one token are not looked up again, so guessing costs nothing.
    private static final int MAX_REPEATED_PER_TOKEN = 20;
    private static final Duration USE_PRECISION = Duration.ofDays(1);

    private final StoredObjectTable table;
    private final StoredObjectWriter writer;
    private final LookupExecutor lookups;
    private final ConcurrentCalls repeated = new ConcurrentCalls(MAX_REPEATED_PER_TOKEN);
    private final Cache<String, StoredObject> recent = Caffeine.newBuilder()
            .maximumSize(RECENT_OBJECTS)
            .expireAfterWrite(RECENT_TIME)
            .executor(Runnable::run)
            .build();

    StoredObjects(StoredObjectTable table, StoredObjectWriter writer, LookupExecutor lookups) {
        this.table = requireNonNull(table, "table is null");
        this.writer = requireNonNull(writer, "writer is null");
        this.lookups = requireNonNull(lookups, "lookups is null");
    }

    /** Remembers a new object. Never blocks and never throws. */
    public void remember(StoredObject object) {
        recent.put(object.id(), object);
        writer.add(object);
    }

    /**
     * Finds an object.
     *
     * @param organization the id or slug of the selected organization, if any
     * @return the object; empty unless it was created in an organization that the caller reaches; fails if the database
     *     is needed and does not respond
     */
    public CompletableFuture<Optional<StoredObject>> find(Identity identity, Optional<String> organization, String id) {
        StoredObject known = recent.getIfPresent(id);
        if (known != null
                && identity.scope().includes(known.organizationId())
                && organization
                        .orElse(known.organizationId().toString())
                        .equals(known.organizationId().toString())) {
            return CompletableFuture.completedFuture(Optional.of(known));
        }
        return lookUp(identity.scope(), organization, id).thenCompose(found -> {
            if (found.isPresent() || !repeated.tryAcquire(identity.credential().id())) {
                return CompletableFuture.completedFuture(found);
            }
            return lookUpAgain(identity.scope(), organization, id, 0)
                    .whenComplete((again, failure) ->
                            repeated.release(identity.credential().id()));
        });
    }

    /** Returns those of the ids that are objects of an organization; fails if the database is needed and does not respond. */
    public CompletableFuture<Set<String>> known(UUID organizationId, List<String> ids) {
        List<String> others =
                ids.stream().filter(id -> !isRecent(organizationId, id)).toList();
        if (others.isEmpty()) {
            return CompletableFuture.completedFuture(Set.copyOf(ids));
        }
        return lookups.submit(() -> table.known(organizationId, others), LOOKUP_TIMEOUT)
                .thenApply(found -> ids.stream()
                        .filter(id -> found.contains(id) || isRecent(organizationId, id))
                        .collect(Collectors.toSet()));
    }

    private boolean isRecent(UUID organizationId, String id) {
        StoredObject known = recent.getIfPresent(id);
        return known != null && known.organizationId().equals(organizationId);
    }

    private CompletableFuture<Optional<StoredObject>> lookUpAgain(
            OrganizationScope scope, Optional<String> organization, String id, int repetition) {
        if (repetition == REPEAT_DELAYS_MS.length) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Executor delayed =
                CompletableFuture.delayedExecutor(REPEAT_DELAYS_MS[repetition], TimeUnit.MILLISECONDS, Runnable::run);
        return CompletableFuture.runAsync(() -> {}, delayed)
                .thenCompose(waited -> lookUp(scope, organization, id))
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : lookUpAgain(scope, organization, id, repetition + 1));
    }

    private CompletableFuture<Optional<StoredObject>> lookUp(
            OrganizationScope scope, Optional<String> organization, String id) {
        return lookups.submit(() -> table.find(scope, organization, id), LOOKUP_TIMEOUT)
                .thenApply(found -> found.map(this::use));
    }

    /** Caches a found object, and inserts it again if it is old, so that objects in use do not expire. */
    private StoredObject use(StoredObject found) {
        Instant now = Instant.now();
        StoredObject used = found.createdAt().isBefore(now.minus(USE_PRECISION)) ? found.usedAt(now) : found;
        if (used != found) {
            writer.add(used);
        }
        recent.put(used.id(), used);
        return used;
    }

    /** The number of objects that wait for the database. */
    public int queued() {
        return writer.queued();
    }

    /** The number of objects that were dropped since the server started. */
    public long droppedObjects() {
        return writer.droppedObjects();
    }
}
