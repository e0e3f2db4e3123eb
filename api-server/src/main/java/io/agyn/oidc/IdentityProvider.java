package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.proxy.egress.EgressResolver;
import io.agyn.proxy.egress.HttpClients;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The configured identity provider. Its metadata and signing keys are fetched in the background, every five minutes and when a
 * token has a new key's id. While the provider is unavailable, the last ones stay in use.
 */
@Singleton
public class IdentityProvider implements JwtVerifier.KeySource {
    /** The pause between fetches for unknown key ids: tokens with invented ids cause no more. */
    static final Duration UNKNOWN_KEY_PAUSE = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(IdentityProvider.class);
    private static final Duration REFRESH = Duration.ofMinutes(5);
    private static final Duration RECENT = Duration.ofSeconds(10);
    private static final int MAX_WAITING = 16;

    /** Keys that the provider published before and does not any more: their tokens are invalid. */
    public record KeysWithdrawn() {}

    private record Known(ProviderMetadata metadata, SigningKeys keys, Set<String> thumbprints) {
        Known(ProviderMetadata metadata, SigningKeys keys) {
            this(metadata, keys, keys.thumbprints());
        }
    }

    private final Optional<OidcConfig> config;
    private final @Nullable ProviderClient client;
    private final Event<KeysWithdrawn> withdrawn;
    private final ReentrantLock fetching = new ReentrantLock();

    private volatile @Nullable Known known;
    private volatile boolean isReachable;
    private volatile String failure = "it was not called yet";
    private volatile long fetchedAt;
    private volatile boolean isReported;

    IdentityProvider(
            Settings settings,
            Vertx vertx,
            EgressResolver egress,
            HttpClients clients,
            ObjectMapper mapper,
            Event<KeysWithdrawn> withdrawn) {
        this.config = OidcConfig.read(settings);
        this.client = config.map(oidc -> new ProviderClient(
                        clients.rest(vertx, oidc.certificates(), ProviderClient.TIMEOUT),
                        egress,
                        mapper,
                        oidc.allowsHttp()))
                .orElse(null);
        this.withdrawn = requireNonNull(withdrawn, "withdrawn is null");
    }

    void start(@Observes StartupEvent event, MeterRegistry registry) {
        if (config.isEmpty()) {
            return;
        }
        Gauge.builder("agyn.oidc.up", () -> isReachable ? 1 : 0)
                .description("1 if the last request for the identity provider's keys succeeded")
                .register(registry);
        // The server also starts without its provider.
        Thread.ofVirtual().name("identity-provider-start").start(this::fetch);
    }

    @Scheduled(
            identity = "identity-provider",
            every = "5s",
            delayed = "5s",
            concurrentExecution = ConcurrentExecution.SKIP)
    void refresh() {
        if (config.isPresent() && (!isReachable || isOlderThan(REFRESH))) {
            fetch();
        }
    }

    /** The configuration; empty if no identity provider is configured. */
    public Optional<OidcConfig> config() {
        return config;
    }

    /** Verifies tokens of this provider. */
    JwtVerifier verifier() {
        return new JwtVerifier(config.orElseThrow(), this, Clock.systemUTC());
    }

    ProviderClient client() {
        return requireNonNull(client, "no identity provider is configured");
    }

    /**
     * Returns the last metadata that the provider published.
     *
     * @throws IdentityProviderException if it could not be fetched so far
     */
    ProviderMetadata metadata() throws IdentityProviderException {
        return known().metadata();
    }

    /**
     * The provider's metadata, if it responded in the last seconds. Otherwise it is called, so that users are not sent to a page
     * that does not load.
     *
     * @throws IdentityProviderException if the provider is unavailable, also if it was available before
     */
    ProviderMetadata requireAvailable() throws IdentityProviderException {
        if (isOlderThan(RECENT) && fetching.getQueueLength() < MAX_WAITING) {
            fetching.lock();
            try {
                if (isOlderThan(RECENT)) {
                    fetch();
                }
            } finally {
                fetching.unlock();
            }
        }
        if (!isReachable) {
            throw new IdentityProviderException("The identity provider is unavailable: " + failure);
        }
        return metadata();
    }

    /** Whether the provider still publishes a key. */
    boolean publishes(String thumbprint) {
        Known now = known;
        return now != null && now.thumbprints().contains(thumbprint);
    }

    @Override
    public SigningKeys keysFor(Optional<String> id) throws IdentityProviderException {
        SigningKeys keys = known().keys();
        if (id.isEmpty() || keys.has(id.get()) || fetching.getQueueLength() >= MAX_WAITING) {
            return keys;
        }
        fetching.lock();
        try {
            if (!known().keys().has(id.get()) && isOlderThan(UNKNOWN_KEY_PAUSE)) {
                fetch();
            }
        } finally {
            fetching.unlock();
        }
        return known().keys();
    }

    private Known known() throws IdentityProviderException {
        Known now = known;
        if (now == null) {
            throw new IdentityProviderException("The identity provider is unavailable: " + failure);
        }
        return now;
    }

    private boolean isOlderThan(Duration age) {
        return fetchedAt == 0 || System.nanoTime() - fetchedAt > age.toNanos();
    }

    private void fetch() {
        fetching.lock();
        try {
            ProviderMetadata metadata =
                    ProviderMetadata.parse(client().get(ProviderMetadata.url(issuer())), config.orElseThrow());
            succeed(new Known(metadata, SigningKeys.parse(client().get(metadata.jwksUri()))));
        } catch (IdentityProviderException e) {
            fail(String.valueOf(e.getMessage()));
        } finally {
            fetchedAt = System.nanoTime();
            fetching.unlock();
        }
    }

    private void succeed(Known fetched) {
        Known before = known;
        known = fetched;
        if (!isReachable) {
            LOG.infof("The identity provider %s is available", issuer());
        }
        isReachable = true;
        isReported = false;
        if (before != null && !fetched.thumbprints().containsAll(before.thumbprints())) {
            LOG.info("The identity provider has withdrawn a signing key; its tokens are rejected now");
            withdrawn.fire(new KeysWithdrawn());
        }
    }

    private void fail(String reason) {
        failure = reason;
        isReachable = false;
        if (!isReported) {
            isReported = true;
            LOG.warnf(
                    "The identity provider %s is unavailable: %s. Sessions, API tokens and access tokens keep working;"
                            + " sign-in does not. It is tried again every few seconds.",
                    issuer(), reason);
        }
    }

    private String issuer() {
        return config.map(OidcConfig::issuer).orElse("");
    }
}
