package io.agyn.secrets.remote;

import static java.util.Objects.requireNonNull;

import io.agyn.headers.HeaderSyntax;
import io.agyn.logging.Exceptions;
import io.agyn.vault.Backoff;
import io.agyn.vault.VaultException;
import io.agyn.vault.VaultValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The value of one remote secret. It is fresh up to a maximum age, and read again in the background after half of it.
 * If a read fails, the last value is used for some time more, unless the failure says that it no longer exists.
 */
final class RemoteSecret {
    private static final Logger LOG = Logger.getLogger(RemoteSecret.class);
    private static final long REREAD_PAUSE = TimeUnit.SECONDS.toNanos(5);
    // Longer than the pause between attempts. An older failure does not show that the server is unavailable now.
    private static final long RECENT_FAILURE = TimeUnit.SECONDS.toNanos(10);

    /** Reads a value; it may block. */
    interface Reader {
        VaultValue read(RemoteReference reference) throws VaultException;
    }

    /**
     * The settings and services that all remote secrets share.
     *
     * @param executor runs the reads
     * @param clock like {@link System#nanoTime()}
     * @param maxAge how old a value may be when a call starts
     * @param stale how long a value is used after that while it cannot be read
     */
    record Environment(
            Reader reader,
            Executor executor,
            LongSupplier clock,
            Duration maxAge,
            Duration stale,
            RemoteReadListener listener,
            Runnable onStaleUse) {

        Environment {
            requireNonNull(reader, "reader is null");
            requireNonNull(executor, "executor is null");
            requireNonNull(clock, "clock is null");
            requireNonNull(listener, "listener is null");
            requireNonNull(onStaleUse, "onStaleUse is null");
        }
    }

    /**
     * The result for calls that start before a time.
     *
     * @param until the time of the next decision, on the clock
     * @param readAt when the value was read, on the clock
     */
    private record Result(CompletableFuture<RemoteValue> future, long until, long readAt, boolean isStale) {}

    private enum State {
        NEW,
        FRESH,
        STALE,
        FAILED
    }

    private final Environment environment;
    // Changes only in names.
    private volatile RemoteReference reference;
    private final long maxAge;
    private final long maxStaleAge;
    private volatile Result result;
    // Racy, since only a metric reads it.
    private long usedAt;

    // Guarded by this.
    private @Nullable RemoteValue value;
    private long readAt;
    private @Nullable CompletableFuture<RemoteValue> reading;
    private boolean isRereading;
    private long nextReread;
    private long nextAwaitedReread;
    private boolean isDown;
    private @Nullable VaultException failure;
    private final Backoff backoff = new Backoff();
    private State state = State.NEW;

    RemoteSecret(Environment environment, RemoteReference reference) {
        this.environment = requireNonNull(environment, "environment is null");
        this.reference = requireNonNull(reference, "reference is null");
        maxAge = environment.maxAge().toNanos();
        maxStaleAge = maxAge + environment.stale().toNanos();
        long now = environment.clock().getAsLong();
        result = new Result(new CompletableFuture<>(), now, now, false);
        nextReread = now;
        nextAwaitedReread = now;
        usedAt = now;
    }

    /** Takes the current names of the secret and its secret provider. */
    void rename(RemoteReference now) {
        if (reference != now && !reference.hasSameNames(now)) {
            reference = now;
        }
    }

    /** Returns the value for a call that starts now; fails with a {@link VaultException}. */
    CompletableFuture<RemoteValue> value() {
        long now = environment.clock().getAsLong();
        Result known = result;
        if (now - known.until >= 0) {
            return decide(now);
        }
        if (known.isStale) {
            environment.onStaleUse().run();
        }
        usedAt = now;
        return known.future;
    }

    private synchronized CompletableFuture<RemoteValue> decide(long now) {
        usedAt = now;
        if (isRereading && reading != null) {
            return reading;
        }
        if (reading == null && now - backoff.end() >= RECENT_FAILURE) {
            isDown = false;
        }
        long limit = isDown ? maxStaleAge : maxAge;
        if (value != null && now - readAt < limit) {
            if (reading == null && !backoff.isPausing(now)) {
                read(now);
            }
            return use(value, now);
        }
        if (reading != null) {
            return reading;
        }
        if (failure != null && backoff.isPausing(now)) {
            return fail(failure);
        }
        return read(now);
    }

    /**
     * Reads the value again, since an LLM provider rejected it, unless it has been replaced. Calls that start meanwhile
     * wait for the read; not during an outage, nor for a maximum age after such a read has found the same value: then
     * the rejections have another cause.
     */
    synchronized void reread(RemoteValue rejected) {
        long now = environment.clock().getAsLong();
        if (value == null
                || !value.value().equals(rejected.value())
                || now - nextReread < 0
                || backoff.isPausing(now)) {
            return;
        }
        if (!isDown && now - nextAwaitedReread >= 0) {
            isRereading = true;
            result = new Result(result.future, now, readAt, false);
        }
        if (reading == null) {
            nextReread = now + REREAD_PAUSE;
            read(now);
        }
    }

    /** The nanoseconds since the value was read, when it was last used; 0 if that was before a time. */
    long ageSince(long time) {
        return usedAt - time < 0 ? 0 : Math.max(0, usedAt - result.readAt);
    }

    private CompletableFuture<RemoteValue> use(RemoteValue used, long now) {
        long age = now - readAt;
        boolean isStale = age >= maxAge;
        long end = readAt + (isStale ? maxStaleAge : maxAge);
        long next = reading == null && backoff.isPausing(now) && backoff.end() - end < 0 ? backoff.end() : end;
        result = new Result(CompletableFuture.completedFuture(used), next, readAt, isStale);
        if (isStale) {
            environment.onStaleUse().run();
            enter(State.STALE, age);
        }
        return result.future;
    }

    private CompletableFuture<RemoteValue> fail(VaultException cause) {
        result = new Result(CompletableFuture.failedFuture(cause), backoff.end(), usedAt, false);
        enter(State.FAILED, 0);
        return result.future;
    }

    private CompletableFuture<RemoteValue> read(long startedAt) {
        CompletableFuture<RemoteValue> future = new CompletableFuture<>();
        reading = future;
        environment.executor().execute(() -> read(future, startedAt, Instant.now()));
        return future;
    }

    private void read(CompletableFuture<RemoteValue> future, long startedAt, Instant time) {
        try {
            VaultValue found = environment.reader().read(reference);
            String sendable = HeaderSyntax.credential(found.value())
                    .orElseThrow(() -> VaultException.notSendable(reference.path(), reference.key()));
            RemoteValue read = new RemoteValue(sendable, found.version(), time);
            onRead(read, startedAt);
            future.complete(read);
            environment.listener().onRead(reference, read);
        } catch (VaultException e) {
            finish(future, e);
            environment.listener().onFailure(reference, e);
        } catch (Throwable e) {
            LOG.errorf(Exceptions.withoutMessages(e), "The secret %s was not read", reference.secretId());
            finish(future, VaultException.internal());
        }
    }

    private void finish(CompletableFuture<RemoteValue> future, VaultException cause) {
        Optional<RemoteValue> last = onFailure(cause);
        if (last.isPresent()) {
            future.complete(last.get());
        } else {
            future.completeExceptionally(cause);
        }
    }

    private synchronized void onRead(RemoteValue read, long startedAt) {
        if (isRereading && value != null && value.value().equals(read.value())) {
            nextAwaitedReread = environment.clock().getAsLong() + maxAge;
        }
        value = read;
        // The value may have changed as soon as the read had started.
        readAt = startedAt;
        endReading();
        failure = null;
        isDown = false;
        backoff.onSuccess();
        result = new Result(CompletableFuture.completedFuture(read), startedAt + maxAge / 2, startedAt, false);
        enter(State.FRESH, 0);
    }

    /** Returns the last value, if it may still be used. */
    private synchronized Optional<RemoteValue> onFailure(VaultException cause) {
        long now = environment.clock().getAsLong();
        endReading();
        failure = cause;
        isDown = true;
        backoff.onFailure(now, cause.kind().pause());
        if (value != null && (cause.kind().isAuthoritative() || now - readAt >= maxStaleAge)) {
            value = null;
        }
        if (value == null) {
            fail(cause);
        } else {
            use(value, now);
        }
        return Optional.ofNullable(value);
    }

    private void endReading() {
        reading = null;
        isRereading = false;
    }

    /** Logs a change of the state: once, not for each call. */
    private void enter(State next, long age) {
        State last = state;
        state = next;
        if (last == next) {
            return;
        }
        String cause = failure == null ? "" : reference.explain(failure);
        switch (next) {
            case STALE ->
                LOG.warnf(
                        "%s Its last value, %d s old, is used for up to %d s more (organization %s).",
                        cause,
                        TimeUnit.NANOSECONDS.toSeconds(age),
                        TimeUnit.NANOSECONDS.toSeconds(maxStaleAge - age),
                        reference.organizationId());
            case FAILED ->
                LOG.warnf("%s Calls that need it fail (organization %s).", cause, reference.organizationId());
            case FRESH -> {
                if (last != State.NEW) {
                    LOG.infof(
                            "The secret %s can be read again (organization %s).",
                            reference.secretName(), reference.organizationId());
                }
            }
            case NEW -> throw new IllegalStateException("only the first state");
        }
    }
}
