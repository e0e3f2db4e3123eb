package io.agyn.vault;

import static java.util.Objects.requireNonNull;

import io.agyn.vault.VaultConfig.AppRole;
import io.agyn.vault.VaultConfig.Token;
import io.agyn.vault.VaultException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A Vault server with a token for it: the configured one, or that of an AppRole login. The token is renewed when two
 * thirds of its time are over, or else when half of the rest is over; a login that cannot be renewed is repeated. It
 * blocks.
 */
final class VaultSession {
    private static final Logger LOG = Logger.getLogger(VaultSession.class);
    private static final Duration MIN_RENEWAL = Duration.ofSeconds(1);
    // A login gets the policies that its role has at that time, so an older one is repeated if they forbid a read.
    private static final Duration RECENT = Duration.ofMinutes(1);

    private final VaultConfig config;
    private final VaultConnection connection;
    private final TokenApi tokens;
    private final ScheduledExecutorService timers;
    private final Duration timeout;

    private final Object lock = new Object();
    private final Backoff backoff = new Backoff();
    // Held for reading by logins and renewals in flight.
    private final ReentrantReadWriteLock logins = new ReentrantReadWriteLock();
    // The configured token is valid, but no policy allows it to look itself up.
    private volatile boolean lacksLookup;
    // Guarded by the lock.
    private final Set<Lease> replaced = new HashSet<>();
    // A repeated login that did not help.
    private @Nullable Lease uselessLogin;
    private @Nullable Lease lease;
    private @Nullable CompletableFuture<Lease> obtaining;
    private @Nullable VaultException failure;
    private @Nullable ScheduledFuture<?> renewal;
    private boolean isWarned;
    private boolean isClosed;

    /** @param timeout how long a renewal may take */
    VaultSession(VaultConfig config, VaultConnection connection, ScheduledExecutorService timers, Duration timeout) {
        this.config = requireNonNull(config, "config is null");
        this.connection = requireNonNull(connection, "connection is null");
        this.tokens = new TokenApi(connection);
        this.timers = requireNonNull(timers, "timers is null");
        this.timeout = requireNonNull(timeout, "timeout is null");
    }

    VaultValue read(String path, String key, Deadline deadline) throws VaultException {
        Lease used = lease(deadline);
        VaultResponse response = connection.get(path, used.token(), deadline);
        if (response.isDenied()) {
            Optional<Lease> other = replacement(used, deadline);
            if (other.isPresent()) {
                response = connection.get(path, other.get().token(), deadline);
                if (response.isDenied()) {
                    synchronized (lock) {
                        uselessLogin = other.get();
                    }
                }
            }
        } else if (response.isOk() && !used.isVerified()) {
            lacksLookup = true;
        }
        return VaultValue.of(response, path, key);
    }

    /** Obtains a token, unless the session has one. The session then renews it. */
    void keep(Deadline deadline) throws VaultException {
        lease(deadline);
    }

    /** Checks the configured credential: with AppRole by another login, which is then revoked. */
    VaultCheck check(Deadline deadline) {
        try {
            Lease found =
                    switch (config.auth()) {
                        case AppRole role -> tokens.login(role, deadline);
                        case Token token ->
                            tokens.lookup(token.token(), deadline).orElseThrow(VaultSession::rejected);
                    };
            Instant now = Instant.now();
            if (config.auth() instanceof AppRole) {
                revoke(found);
            }
            return new VaultCheck(
                    true,
                    true,
                    found.expires() ? Optional.of(now.plus(found.ttl())) : Optional.empty(),
                    found.isRenewable(),
                    Optional.empty());
        } catch (VaultException e) {
            return VaultCheck.failed(e);
        }
    }

    // Obtain a token

    /** Returns a token to use. Concurrent callers share one login. */
    private Lease lease(Deadline deadline) throws VaultException {
        CompletableFuture<Lease> shared;
        boolean isFirst = false;
        synchronized (lock) {
            if (lease != null && !lease.isExpired()) {
                return lease;
            }
            if (obtaining == null) {
                if (failure != null && backoff.isPausing(System.nanoTime())) {
                    throw failure;
                }
                obtaining = new CompletableFuture<>();
                isFirst = true;
            }
            shared = obtaining;
        }
        if (isFirst) {
            obtain(shared, deadline);
        }
        try {
            return shared.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof VaultException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw VaultConnection.timeout(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw VaultConnection.timeout(deadline);
        }
    }

    private void obtain(CompletableFuture<Lease> shared, Deadline deadline) {
        logins.readLock().lock();
        try {
            Lease found =
                    switch (config.auth()) {
                        case AppRole role -> tokens.login(role, deadline);
                        case Token token ->
                            tokens.lookup(token.token(), deadline).orElseGet(() -> Lease.unverified(token.token()));
                    };
            accept(found);
            shared.complete(found);
        } catch (VaultException e) {
            synchronized (lock) {
                obtaining = null;
                failure = e;
                backoff.onFailure(System.nanoTime());
            }
            shared.completeExceptionally(e);
        } catch (RuntimeException e) {
            synchronized (lock) {
                obtaining = null;
            }
            shared.completeExceptionally(e);
        } finally {
            logins.readLock().unlock();
        }
    }

    private static VaultException rejected() {
        return new VaultException(
                Kind.LOGIN_DENIED,
                "rejects its token (403): it is wrong, has expired or was revoked, or no policy allows it to read"
                        + " auth/token/lookup-self; set a valid one.");
    }

    /** After a denied read: returns another token to try, if another one could be allowed. */
    private Optional<Lease> replacement(Lease used, Deadline deadline) throws VaultException {
        if (config.auth() instanceof AppRole) {
            return anotherLogin(used, deadline);
        }
        if (used.isVerified() ? tokens.lookup(used.token(), deadline).isPresent() : lacksLookup) {
            return Optional.empty();
        }
        synchronized (lock) {
            if (lease == used) {
                lease = null;
            }
        }
        throw rejected();
    }

    private Optional<Lease> anotherLogin(Lease used, Deadline deadline) throws VaultException {
        synchronized (lock) {
            // Without a policy for lookups, a valid login looks like a revoked one.
            if (uselessLogin != null
                    && uselessLogin.token().equals(used.token())
                    && !uselessLogin.isOlderThan(RECENT)) {
                return Optional.empty();
            }
        }
        boolean isValid = tokens.lookup(used.token(), deadline).isPresent();
        synchronized (lock) {
            if (lease == used) {
                if (isValid && !used.isOlderThan(RECENT)) {
                    return Optional.empty();
                }
                lease = null;
                revokeLater(used);
            }
        }
        return Optional.of(lease(deadline));
    }

    // Renew it

    private void accept(Lease found) {
        synchronized (lock) {
            obtaining = null;
            failure = null;
            backoff.onSuccess();
            if (isClosed) {
                revokeLater(found);
                return;
            }
            isWarned = isWarned && lease != null && found.isShorterThan(lease);
            lease = found;
            if (found.isVerified()) {
                lacksLookup = false;
            }
            if (found.expires() && found.isVerified()) {
                scheduleRenewal(found.ttl().multipliedBy(2).dividedBy(3));
            }
        }
    }

    /** Replaces a token, unless a denied read has replaced it meanwhile. */
    private void replace(Lease old, Lease found) {
        boolean isOther = !found.token().equals(old.token());
        synchronized (lock) {
            if (lease == old) {
                accept(found);
                if (isOther) {
                    revokeLater(old);
                } else if (found.isShorterThan(old)) {
                    warn(found, "The server extends it no further, because of its maximum time.");
                }
            } else if (isOther) {
                revokeLater(found);
            }
        }
    }

    private void scheduleRenewal(Duration delay) {
        if (renewal != null) {
            renewal.cancel(false);
        }
        Duration floored = delay.compareTo(MIN_RENEWAL) < 0 ? MIN_RENEWAL : delay;
        renewal = timers.schedule(
                () -> Thread.ofVirtual().name("vault-renewal").start(this::renew),
                floored.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void renew() {
        logins.readLock().lock();
        try {
            Lease current;
            synchronized (lock) {
                current = lease;
                if (current == null || isClosed) {
                    return;
                }
            }
            if (config.auth() instanceof Token && !current.isRenewable()) {
                warn(current, "It is not renewable.");
                return;
            }
            try {
                replace(current, successor(current, Deadline.in(timeout)));
            } catch (VaultException e) {
                retryRenewal(current, e);
            }
        } finally {
            logins.readLock().unlock();
        }
    }

    /** Extends a token. A login is repeated if the server no longer extends it by the whole time, or at all. */
    private Lease successor(Lease current, Deadline deadline) throws VaultException {
        Optional<Lease> extended = current.isRenewable() ? tokens.renew(current, deadline) : Optional.empty();
        return switch (config.auth()) {
            case AppRole role ->
                extended.isEmpty() || extended.get().isShorterThan(current)
                        ? tokens.login(role, deadline)
                        : extended.get();
            case Token token ->
                extended.orElseThrow(() -> new VaultException(
                        Kind.SERVER_ERROR,
                        "does not extend its token: it was revoked, has reached its maximum time or may not renew itself, or"
                                + " the server has a fault."));
        };
    }

    private void retryRenewal(Lease current, VaultException reason) {
        synchronized (lock) {
            if (lease == current && !isClosed) {
                warn(current, reason.explain(config.address()));
                if (!current.isExpired()) {
                    scheduleRenewal(current.remaining().dividedBy(2));
                }
            }
        }
    }

    private void warn(Lease current, String reason) {
        synchronized (lock) {
            if (isWarned) {
                return;
            }
            isWarned = true;
        }
        LOG.warnf(
                "The token for Vault at %s expires in %d s. %s",
                config, Math.max(0, current.remaining().toSeconds()), reason);
    }

    // End it

    /** Revokes the token of a login that another one replaced, when the reads in flight have ended. */
    private void revokeLater(Lease old) {
        if (!(config.auth() instanceof AppRole)) {
            return;
        }
        replaced.add(old);
        if (!isClosed) {
            timers.schedule(
                    () -> Thread.ofVirtual().name("vault-revocation").start(() -> revoke(old)),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void revoke(Lease old) {
        try {
            tokens.revoke(old, Deadline.in(timeout));
        } catch (VaultException | RuntimeException e) {
            LOG.debugf("A token for Vault at %s was not revoked: %s", config, e.getMessage());
        }
        synchronized (lock) {
            replaced.remove(old);
        }
    }

    /** Revokes the tokens of logins, and closes the connections. */
    void close() {
        synchronized (lock) {
            isClosed = true;
            if (renewal != null) {
                renewal.cancel(false);
            }
        }
        awaitLogins();
        List<Lease> last;
        synchronized (lock) {
            if (lease != null) {
                revokeLater(lease);
                lease = null;
            }
            last = List.copyOf(replaced);
        }
        last.forEach(this::revoke);
        connection.close();
    }

    /** Waits for the logins in flight, so that they are revoked too. */
    private void awaitLogins() {
        try {
            if (logins.writeLock().tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                logins.writeLock().unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
