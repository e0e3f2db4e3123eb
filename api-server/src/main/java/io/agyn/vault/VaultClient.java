package io.agyn.vault;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.agyn.proxy.egress.EgressResolver;
import io.agyn.proxy.egress.HttpClients;
import io.agyn.settings.Settings;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Reads values from Vault servers. It blocks; call it on virtual threads. */
@Singleton
public class VaultClient {
    // Their logins are then revoked. Twice the pause between calls of keep.
    private static final Duration IDLE_SESSION = Duration.ofMinutes(10);
    private static final long MAX_SESSIONS_BYTES = 64L << 20;
    // The heap of a session after a read, as measured. With CA certificates, it includes a trust store.
    private static final int SESSION_BYTES = 16 << 10;
    private static final int TRUST_STORE_BYTES = 32 << 10;
    private static final int BYTES_PER_CERTIFICATE_CHARACTER = 6;
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);
    private static final Executor VIRTUAL_THREADS = Thread.ofVirtual().name("vault-", 1)::start;

    private final Vertx vertx;
    private final EgressResolver resolver;
    private final HttpClients clients;
    private final ObjectMapper mapper;
    private final Duration readTimeout;
    private final Duration connectTimeout;
    private final ScheduledThreadPoolExecutor timers;
    private final LoadingCache<VaultConfig, VaultSession> sessions;

    VaultClient(Vertx vertx, EgressResolver resolver, HttpClients clients, ObjectMapper mapper, Settings settings) {
        this.vertx = requireNonNull(vertx, "vertx is null");
        this.resolver = requireNonNull(resolver, "resolver is null");
        this.clients = requireNonNull(clients, "clients is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
        this.readTimeout = settings.secret().readTimeout();
        this.connectTimeout = settings.secret().connectTimeout();
        this.timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("vault-timers").factory());
        timers.setRemoveOnCancelPolicy(true);
        this.sessions = Caffeine.newBuilder()
                .maximumWeight(MAX_SESSIONS_BYTES)
                .weigher((VaultConfig config, VaultSession session) -> bytes(config))
                .expireAfterAccess(idleSession(settings.secret().maxAge()))
                .scheduler(Scheduler.systemScheduler())
                .executor(VIRTUAL_THREADS)
                .removalListener((@Nullable VaultConfig config, @Nullable VaultSession session, RemovalCause cause) -> {
                    if (session != null) {
                        session.close();
                    }
                })
                .build(this::open);
    }

    /**
     * Reads a value.
     *
     * @param path the path below {@code /v1/}; with the segment {@code data} in KV v2
     * @throws VaultException if it cannot be read within {@code AGYN_SECRET_READ_TIMEOUT}, which includes a login
     */
    public VaultValue read(VaultConfig config, String path, String key) throws VaultException {
        return sessions.get(config).read(path, key, Deadline.in(readTimeout));
    }

    /** Keeps the session of a server open for ten more minutes, so that its token is renewed without reads. */
    public void keep(VaultConfig config) throws VaultException {
        sessions.get(config).keep(Deadline.in(readTimeout));
    }

    /** Checks a server and the credential for it. */
    public VaultCheck check(VaultConfig config) {
        VaultSession session = open(config);
        try {
            return session.check(Deadline.in(readTimeout));
        } finally {
            session.close();
        }
    }

    /** Longer than the pauses between the reads of a secret that is in use. */
    private static Duration idleSession(Duration maxAge) {
        Duration two = maxAge.multipliedBy(2);
        return two.compareTo(IDLE_SESSION) > 0 ? two : IDLE_SESSION;
    }

    /** Estimates the memory of a session. */
    private static int bytes(VaultConfig config) {
        return SESSION_BYTES
                + config.caCertificate()
                        .map(pem -> TRUST_STORE_BYTES + BYTES_PER_CERTIFICATE_CHARACTER * pem.length())
                        .orElse(0);
    }

    private VaultSession open(VaultConfig config) {
        return new VaultSession(
                config,
                new VaultConnection(
                        config, resolver::resolve, clients.rest(vertx, config.caCertificate(), connectTimeout), mapper),
                timers,
                readTimeout);
    }

    /** Revokes all logins. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        List<Thread> closing = sessions.asMap().values().stream()
                .map(session -> Thread.ofVirtual().start(session::close))
                .toList();
        long end = System.nanoTime() + SHUTDOWN_TIMEOUT.toNanos();
        for (Thread thread : closing) {
            thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        timers.shutdownNow();
    }
}
