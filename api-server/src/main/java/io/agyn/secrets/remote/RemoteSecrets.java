package io.agyn.secrets.remote;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.agyn.headers.HeaderSyntax;
import io.agyn.secrets.remote.RemoteSecret.Environment;
import io.agyn.settings.Settings;
import io.agyn.vault.VaultClient;
import io.agyn.vault.VaultException;
import io.agyn.vault.VaultValue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** The values of remote secrets for calls. Values are kept in memory while they are used, and never anywhere else. */
@Singleton
public class RemoteSecrets {
    private static final int CAPACITY = 100_000;
    private static final long RECENT = TimeUnit.MINUTES.toNanos(1);
    private static final double NANOS_PER_SECOND = 1e9;

    private final RemoteSecret.Reader reader;
    private final LoadingCache<RemoteReference, RemoteSecret> secrets;
    private final LongAdder staleUses = new LongAdder();

    @Inject
    RemoteSecrets(
            VaultClient client, Settings settings, @All List<RemoteReadListener> listeners, MeterRegistry registry) {
        this(
                reference -> client.read(reference.config(), reference.path(), reference.key()),
                settings,
                new Counters(registry, listeners));
        FunctionCounter.builder("agyn.secrets.stale.uses", staleUses, LongAdder::sum)
                .description("Calls with a value older than AGYN_SECRET_MAX_AGE, because it could not be read again")
                .register(registry);
        Gauge.builder("agyn.secrets.age", this, RemoteSecrets::oldestUsed)
                .baseUnit("seconds")
                .description("The age of the oldest value of a remote secret that a call used in the last minute")
                .register(registry);
    }

    private RemoteSecrets(RemoteSecret.Reader reader, Settings settings, RemoteReadListener listener) {
        this.reader = reader;
        Duration maxAge = settings.secret().maxAge();
        Duration stale = settings.secret().stale();
        Environment environment = new Environment(
                reader,
                Thread.ofVirtual().name("secret-read-", 1)::start,
                System::nanoTime,
                maxAge,
                stale,
                listener,
                staleUses::increment);
        secrets = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .expireAfterAccess(maxAge.plus(stale))
                // Otherwise, values would stay in memory until the cache is next used.
                .scheduler(Scheduler.systemScheduler())
                .executor(Runnable::run)
                .build(reference -> new RemoteSecret(environment, reference));
    }

    /**
     * Returns the value for a call that starts now, at most {@code AGYN_SECRET_MAX_AGE} old, or older by up to {@code
     * AGYN_SECRET_STALE} while it cannot be read.
     *
     * @return already completed if the secret is in use; fails with a {@link VaultException} within {@code
     *     AGYN_SECRET_READ_TIMEOUT}
     */
    public CompletableFuture<RemoteValue> value(RemoteReference reference) {
        RemoteSecret secret = secrets.get(reference);
        secret.rename(reference);
        return secret.value();
    }

    /**
     * Reads a value again, because an LLM provider rejected it: at most once in five seconds. Calls that start
     * meanwhile wait for the new value.
     */
    public void reread(RemoteReference reference, RemoteValue rejected) {
        secrets.get(reference).reread(rejected);
    }

    /** Reads a value now, as the secret provider stores it. It blocks. */
    public VaultValue readThrough(RemoteReference reference) throws VaultException {
        return reader.read(reference);
    }

    /** Checks whether a value can be read now, and sent in a header. It blocks. */
    public VaultValue check(RemoteReference reference) throws VaultException {
        VaultValue found = readThrough(reference);
        if (HeaderSyntax.credential(found.value()).isEmpty()) {
            throw VaultException.notSendable(reference.path(), reference.key());
        }
        return found;
    }

    private double oldestUsed() {
        long recent = System.nanoTime() - RECENT;
        return secrets.asMap().values().stream()
                        .mapToLong(secret -> secret.ageSince(recent))
                        .max()
                        .orElse(0)
                / NANOS_PER_SECOND;
    }

    /** Counts reads, and passes them on. */
    private static final class Counters implements RemoteReadListener {
        private final Counter successes;
        private final Map<VaultException.Kind, Counter> failures = new EnumMap<>(VaultException.Kind.class);
        private final List<RemoteReadListener> listeners;

        private Counters(MeterRegistry registry, List<RemoteReadListener> listeners) {
            this.listeners = List.copyOf(listeners);
            successes = counter(registry, "success");
            for (VaultException.Kind kind : VaultException.Kind.values()) {
                failures.put(kind, counter(registry, kind.code()));
            }
        }

        private static Counter counter(MeterRegistry registry, String outcome) {
            return Counter.builder("agyn.secrets.reads")
                    .description("Reads of remote secrets at secret providers")
                    .tag("outcome", outcome)
                    .register(registry);
        }

        @Override
        public void onRead(RemoteReference reference, RemoteValue value) {
            successes.increment();
            listeners.forEach(listener -> listener.onRead(reference, value));
        }

        @Override
        public void onFailure(RemoteReference reference, VaultException failure) {
            requireNonNull(failures.get(failure.kind())).increment();
            listeners.forEach(listener -> listener.onFailure(reference, failure));
        }
    }
}
