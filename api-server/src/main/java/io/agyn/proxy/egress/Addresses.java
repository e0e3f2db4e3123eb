package io.agyn.proxy.egress;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Resolves hosts to the addresses that the rules allow. Results are cached for some seconds, and refreshed in the
 * background; the JDK caches them for up to 30 seconds in addition.
 */
@Singleton
public class Addresses {
    private static final int CAPACITY = 10_000;
    private static final Duration REFRESH_AFTER = Duration.ofSeconds(5);
    private static final Duration FOUND_TTL = Duration.ofSeconds(15);
    private static final Duration FAILED_TTL = Duration.ofSeconds(1);
    private static final int MAX_LOOKUPS = 16;
    private static final int MAX_QUEUED_LOOKUPS = 1_000;
    private static final long IDLE_SECONDS = 30;

    /** Resolves a name or literal. It blocks. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final AddressRules rules;
    private final Resolver resolver;
    private final Executor threads = threads();
    private final AsyncLoadingCache<String, Resolution> cache;

    @Inject
    Addresses(AddressRules rules) {
        this(rules, InetAddress::getAllByName);
    }

    Addresses(AddressRules rules, Resolver resolver) {
        this.rules = requireNonNull(rules, "rules is null");
        this.resolver = requireNonNull(resolver, "resolver is null");
        this.cache = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .refreshAfterWrite(REFRESH_AFTER)
                .expireAfter(Expiry.<String, Resolution>writing(
                        (host, resolution) -> resolution.isKnown() ? FOUND_TTL : FAILED_TTL))
                .executor(Runnable::run)
                .buildAsync(new Loader());
    }

    /**
     * Resolves a host.
     *
     * @param host a name, or an address in any notation, IPv6 with or without brackets
     * @return the addresses, at least one, in the resolver's order; already completed if cached. Fails with an
     *     {@link EgressDeniedException} if no address is allowed, an {@link UnknownHostException} if there is none, and
     *     a {@link RejectedExecutionException} if too many hosts are being resolved
     */
    public CompletableFuture<List<InetAddress>> of(String host) {
        return cache.get(host).thenCompose(Resolution::addresses);
    }

    private Resolution lookup(String host) {
        try {
            return new Resolution(CompletableFuture.completedFuture(allowed(resolver.resolve(host))));
        } catch (EgressDeniedException | UnknownHostException e) {
            return new Resolution(CompletableFuture.failedFuture(e));
        }
    }

    private List<InetAddress> allowed(InetAddress... addresses) throws EgressDeniedException {
        List<InetAddress> allowed = new ArrayList<>();
        Optional<String> denial = Optional.empty();
        for (InetAddress address : addresses) {
            Optional<String> here = rules.denial(address);
            if (here.isEmpty()) {
                allowed.add(address);
            }
            denial = denial.or(() -> here);
        }
        if (allowed.isEmpty()) {
            throw new EgressDeniedException(denial.orElseThrow());
        }
        return List.copyOf(allowed);
    }

    // Platform threads: the C library's resolver would pin the few carriers of virtual threads.
    private static Executor threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                MAX_LOOKUPS,
                MAX_LOOKUPS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED_LOOKUPS),
                Thread.ofPlatform().daemon().name("egress-look-up-", 1).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** The cached result for a host. */
    private record Resolution(CompletableFuture<List<InetAddress>> addresses) {
        boolean isKnown() {
            return !addresses.isCompletedExceptionally();
        }
    }

    private final class Loader implements AsyncCacheLoader<String, Resolution> {
        @Override
        public CompletableFuture<Resolution> asyncLoad(String host, Executor unused) {
            try {
                return CompletableFuture.supplyAsync(() -> lookup(host), threads);
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletableFuture<Resolution> asyncReload(String host, Resolution cached, Executor unused) {
            // A failed refresh keeps the cached addresses until they expire: the name servers may be unavailable for
            // a moment.
            return asyncLoad(host, unused)
                    .thenCompose(resolution -> resolution.isKnown()
                            ? CompletableFuture.completedFuture(resolution)
                            : resolution.addresses.thenApply(never -> resolution));
        }
    }
}
