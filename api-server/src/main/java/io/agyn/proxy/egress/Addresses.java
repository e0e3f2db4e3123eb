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
 * The addresses of hosts, as far as they may be connected to. They are kept for some seconds, and renewed behind the back
 * of those who ask meanwhile; the JDK keeps what it has resolved for up to half a minute besides.
 */
@Singleton
public class Addresses {
    private static final int CAPACITY = 10_000;
    private static final Duration RENEWED_AFTER = Duration.ofSeconds(5);
    private static final Duration KNOWN_FOR = Duration.ofSeconds(15);
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(1);
    private static final int LOOK_UPS_AT_ONCE = 16;
    private static final int LOOK_UPS_WAITING = 1_000;
    private static final long IDLE_SECONDS = 30;

    /** Resolves a name, or reads a literal. It blocks. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final AddressRules rules;
    private final Resolver resolver;
    private final Executor threads = threads();
    private final AsyncLoadingCache<String, Answer> answers;

    @Inject
    Addresses(AddressRules rules) {
        this(rules, InetAddress::getAllByName);
    }

    Addresses(AddressRules rules, Resolver resolver) {
        this.rules = requireNonNull(rules, "rules is null");
        this.resolver = requireNonNull(resolver, "resolver is null");
        this.answers = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .refreshAfterWrite(RENEWED_AFTER)
                .expireAfter(
                        Expiry.<String, Answer>writing((host, answer) -> answer.isKnown() ? KNOWN_FOR : UNKNOWN_FOR))
                .executor(Runnable::run)
                .buildAsync(new Loader());
    }

    /**
     * Finds where a host may be connected to.
     *
     * @param host a name, or an address in any spelling, an IPv6 one with or without brackets
     * @return the addresses, at least one, in the resolver's order; already completed where they are known. It fails with
     *     an {@link EgressRefusedException} where all are refused, an {@link UnknownHostException} where there are none, and
     *     a {@link RejectedExecutionException} where too many hosts are being looked up
     */
    public CompletableFuture<List<InetAddress>> of(String host) {
        return answers.get(host).thenCompose(Answer::addresses);
    }

    private Answer lookUp(String host) {
        try {
            return new Answer(CompletableFuture.completedFuture(allowed(resolver.resolve(host))));
        } catch (EgressRefusedException | UnknownHostException e) {
            return new Answer(CompletableFuture.failedFuture(e));
        }
    }

    private List<InetAddress> allowed(InetAddress... addresses) throws EgressRefusedException {
        List<InetAddress> allowed = new ArrayList<>();
        Optional<String> refusal = Optional.empty();
        for (InetAddress address : addresses) {
            Optional<String> here = rules.refusal(address);
            if (here.isEmpty()) {
                allowed.add(address);
            }
            refusal = refusal.or(() -> here);
        }
        if (allowed.isEmpty()) {
            throw new EgressRefusedException(refusal.orElseThrow());
        }
        return List.copyOf(allowed);
    }

    // Not virtual ones: the C library's resolver would hold their carriers, of which there are few.
    private static Executor threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                LOOK_UPS_AT_ONCE,
                LOOK_UPS_AT_ONCE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(LOOK_UPS_WAITING),
                Thread.ofPlatform().daemon().name("egress-look-up-", 1).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** What is known of a host. */
    private record Answer(CompletableFuture<List<InetAddress>> addresses) {
        boolean isKnown() {
            return !addresses.isCompletedExceptionally();
        }
    }

    private final class Loader implements AsyncCacheLoader<String, Answer> {
        @Override
        public CompletableFuture<Answer> asyncLoad(String host, Executor unused) {
            try {
                return CompletableFuture.supplyAsync(() -> lookUp(host), threads);
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletableFuture<Answer> asyncReload(String host, Answer known, Executor unused) {
            // A failure, which leaves what is known in force for its time: the name servers may be away for a moment.
            return asyncLoad(host, unused)
                    .thenCompose(answer -> answer.isKnown()
                            ? CompletableFuture.completedFuture(answer)
                            : answer.addresses.thenApply(never -> answer));
        }
    }
}
