package io.agyn.vault;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.agyn.vault.VaultConfig.AppRole;
import io.agyn.vault.VaultConfig.Token;
import io.agyn.vault.VaultException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A Vault server with a token for it: the configured one, or that of an AppRole login. The token is renewed when two
 * thirds of its time are over; a login that cannot be renewed is repeated. It blocks.
 */
final class VaultSession {
    private static final Logger LOG = Logger.getLogger(VaultSession.class);
    private static final String SELF = "auth/token/";
    private static final Duration MIN_RENEWAL = Duration.ofSeconds(1);
    // A login gets the policies that its role has at that time, so an older one is repeated if they forbid a read.
    private static final Duration RECENT = Duration.ofMinutes(1);

    private final VaultConfig config;
    private final VaultConnection connection;
    private final ScheduledExecutorService timers;
    private final Duration timeout;

    private final Object lock = new Object();
    private final Backoff backoff = new Backoff();
    // Guarded by the lock.
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
        this.timers = requireNonNull(timers, "timers is null");
        this.timeout = requireNonNull(timeout, "timeout is null");
    }

    VaultValue read(String path, String key, Deadline deadline) throws VaultException {
        Lease used = lease(deadline);
        VaultResponse response = connection.get(path, used.token(), deadline);
        if (response.status() == 403 && response.hasErrors()) {
            Optional<Lease> other = replacement(used, deadline);
            if (other.isPresent()) {
                response = connection.get(path, other.get().token(), deadline);
            }
        }
        return VaultValue.of(response, path, key);
    }

    /** Checks the configured credential: with AppRole by another login, which is then revoked. */
    VaultCheck check(Deadline deadline) {
        try {
            Lease found = config.auth() instanceof AppRole role
                    ? login(role, deadline)
                    : lookup(((Token) config.auth()).token(), deadline).orElseThrow(VaultSession::rejected);
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

    /** Returns a valid token. Concurrent callers share one login. */
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
        try {
            Lease found =
                    switch (config.auth()) {
                        case AppRole role -> login(role, deadline);
                        case Token token ->
                            // A token may lack the policy to look itself up; the read will tell whether it is valid.
                            lookup(token.token(), deadline)
                                    .orElseGet(() -> new Lease(token.token(), Duration.ZERO, false, System.nanoTime()));
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
        }
    }

    private Lease login(AppRole role, Deadline deadline) throws VaultException {
        long since = System.nanoTime();
        VaultResponse response = connection.post(
                "auth/" + role.mount() + "/login",
                null,
                Map.of("role_id", role.roleId(), "secret_id", role.secretId()),
                deadline);
        JsonNode auth = response.body().path("auth");
        if (response.isOk() && auth.path("client_token").isTextual()) {
            return Lease.of(auth, since);
        }
        throw switch (response.hasErrors() ? response.status() : 0) {
            case 400 ->
                new VaultException(
                        Kind.LOGIN_DENIED,
                        "rejects the AppRole login (400): check role_id and secret_id; a secret_id can expire, and can be"
                                + " limited in its uses and in its addresses.");
            case 403, 404 ->
                new VaultException(
                        Kind.LOGIN_DENIED,
                        "does not allow an AppRole login at " + role.mount() + " (" + response.status()
                                + "): check approle_mount and the namespace.");
            default -> response.failure();
        };
    }

    /** Looks a token up; empty if that is denied. */
    private Optional<Lease> lookup(String token, Deadline deadline) throws VaultException {
        long since = System.nanoTime();
        VaultResponse response = connection.get(SELF + "lookup-self", token, deadline);
        if (response.status() == 403 && response.hasErrors()) {
            return Optional.empty();
        }
        if (response.status() == 404 && response.hasErrors()) {
            throw new VaultException(Kind.LOGIN_DENIED, "does not have its namespace: check the namespace.");
        }
        JsonNode data = response.body().path("data");
        if (!response.isOk() || !data.isObject()) {
            throw response.failure();
        }
        return Optional.of(new Lease(
                token,
                Duration.ofSeconds(data.path("ttl").asLong()),
                data.path("renewable").asBoolean(),
                since));
    }

    private static VaultException rejected() {
        return new VaultException(
                Kind.LOGIN_DENIED,
                "rejects its token (403): it is wrong, has expired or was revoked; set a valid one.");
    }

    /** After a denied read: returns another token to try, if another one could be allowed. */
    private Optional<Lease> replacement(Lease used, Deadline deadline) throws VaultException {
        boolean isValid = lookup(used.token(), deadline).isPresent();
        if (config.auth() instanceof Token) {
            if (!isValid) {
                throw rejected();
            }
            return Optional.empty();
        }
        synchronized (lock) {
            if (lease == used) {
                if (isValid && used.age().compareTo(RECENT) < 0) {
                    return Optional.empty();
                }
                lease = null;
                if (isValid) {
                    revokeLater(used);
                }
            }
        }
        return Optional.of(lease(deadline));
    }

    // Renew it

    private void accept(Lease found) {
        synchronized (lock) {
            lease = found;
            obtaining = null;
            failure = null;
            backoff.onSuccess();
            isWarned = false;
            if (found.expires()) {
                scheduleRenewal(found.ttl().multipliedBy(2).dividedBy(3));
            }
        }
    }

    /** Replaces a token, unless a denied read has replaced it meanwhile. */
    private void replace(Lease old, Lease found) {
        synchronized (lock) {
            if (lease == old) {
                accept(found);
            } else if (!found.token().equals(old.token())) {
                revokeLater(found);
            }
        }
    }

    private void scheduleRenewal(Duration delay) {
        if (renewal != null) {
            renewal.cancel(false);
        }
        if (!isClosed) {
            Duration floored = delay.compareTo(MIN_RENEWAL) < 0 ? MIN_RENEWAL : delay;
            renewal = timers.schedule(
                    () -> Thread.ofVirtual().name("vault-renewal").start(this::renew),
                    floored.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void renew() {
        Lease current;
        synchronized (lock) {
            current = lease;
            if (current == null || isClosed) {
                return;
            }
        }
        Deadline deadline = Deadline.in(timeout);
        try {
            Optional<Lease> renewed = current.isRenewable() ? renewed(current, deadline) : Optional.empty();
            if (renewed.isPresent()) {
                replace(current, renewed.get());
            } else if (config.auth() instanceof AppRole role) {
                replace(current, login(role, deadline));
                revokeLater(current);
            } else {
                warn(current, "It is not renewable, or has reached its maximum time.");
            }
        } catch (VaultException e) {
            warn(current, e.explain(config.address()));
            synchronized (lock) {
                backoff.onFailure(System.nanoTime());
                if (!current.isExpired()) {
                    scheduleRenewal(Duration.ofNanos(backoff.end() - System.nanoTime()));
                }
            }
        }
    }

    /**
     * Renews a token; empty if the server no longer extends it by the whole time, because its maximum time comes
     * close, or at all. For an AppRole the next login is then due.
     */
    private Optional<Lease> renewed(Lease current, Deadline deadline) throws VaultException {
        long since = System.nanoTime();
        VaultResponse response = connection.post(SELF + "renew-self", current.token(), Map.of(), deadline);
        if (response.isOk()) {
            Lease extended = Lease.of(response.body().path("auth"), since);
            boolean isWhole = extended.ttl().compareTo(current.ttl()) >= 0;
            return isWhole || config.auth() instanceof Token ? Optional.of(extended) : Optional.empty();
        }
        VaultException reason = response.failure();
        // Past the maximum time, the status is 500.
        if (response.hasErrors() && reason.kind() == Kind.SERVER_ERROR) {
            return Optional.empty();
        }
        throw reason;
    }

    private void warn(Lease current, String reason) {
        synchronized (lock) {
            if (isWarned) {
                return;
            }
            isWarned = true;
        }
        Duration left = current.ttl().minus(current.age());
        LOG.warnf("The token for Vault at %s expires in %d s. %s", config, Math.max(0, left.toSeconds()), reason);
    }

    // End it

    private void revokeLater(Lease old) {
        // Reads in flight use it.
        timers.schedule(
                () -> Thread.ofVirtual().name("vault-revocation").start(() -> revoke(old)),
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void revoke(Lease old) {
        try {
            connection.post(SELF + "revoke-self", old.token(), Map.of(), Deadline.in(timeout));
        } catch (VaultException e) {
            LOG.debugf("A token for Vault at %s was not revoked: %s", config, e.kind());
        }
    }

    /** Revokes the token of a login, and closes the connections. */
    void close() {
        Lease last;
        synchronized (lock) {
            isClosed = true;
            last = lease;
            lease = null;
            if (renewal != null) {
                renewal.cancel(false);
            }
        }
        if (last != null && config.auth() instanceof AppRole) {
            revoke(last);
        }
        connection.close();
    }
}
