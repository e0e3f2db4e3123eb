package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.headers.RateLimitFields;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Limits the requests to the REST API, of each source address before authentication, and of each API token, or of each
 * user with access tokens, after it. Each replica counts for itself. The Console's calls in process are not counted.
 */
@Singleton
public class RequestLimits {
    private static final String ADDRESS = "address";
    private static final String TOKEN = "token";

    private final SourceAddress sources;
    private final RateLimit<String> byAddress;
    private final RateLimit<UUID> byToken;
    private final Counter rejectedAddresses;
    private final Counter rejectedTokens;

    @Inject
    RequestLimits(Settings settings, SourceAddress sources, MeterRegistry registry) {
        this(settings.api().rateLimitAddress(), settings.api().rateLimitToken(), sources, registry, System::nanoTime);
    }

    RequestLimits(int perAddress, int perToken, SourceAddress sources, MeterRegistry registry, LongSupplier clock) {
        this.sources = requireNonNull(sources, "sources is null");
        this.byAddress = new RateLimit<>(perAddress, clock);
        this.byToken = new RateLimit<>(perToken, clock);
        this.rejectedAddresses = rejected(registry, ADDRESS);
        this.rejectedTokens = rejected(registry, TOKEN);
    }

    private static Counter rejected(MeterRegistry registry, String limit) {
        return Counter.builder("agyn.api.rate.limited")
                .description("Requests to the API that were rejected, by the rate limit that was reached")
                .tag("limit", limit)
                .register(registry);
    }

    /**
     * Counts a request of a source address; of an IPv6 address, its /64 network counts.
     *
     * @return the problem if the address has sent too many requests
     */
    public Optional<ProblemException> countAddress(HttpServerRequest request) {
        return byAddress.take(Throttle.network(sources.of(request))).map(wait -> {
            rejectedAddresses.increment();
            return problem(
                    ADDRESS,
                    byAddress,
                    wait,
                    "Too many requests from this address; wait, or ask the operator to raise"
                            + " AGYN_API_RATE_LIMIT_ADDRESS.");
        });
    }

    /**
     * Counts a request of a credential.
     *
     * @throws ProblemException if the API token, or the user with access tokens, has sent too many requests
     */
    void countToken(Identity identity) {
        byToken.take(identity.credential().id()).ifPresent(wait -> {
            rejectedTokens.increment();
            throw problem(
                    TOKEN,
                    byToken,
                    wait,
                    "Too many requests with this token; wait, or ask the operator to raise AGYN_API_RATE_LIMIT_TOKEN.");
        });
    }

    private static ProblemException problem(String policy, RateLimit<?> limit, Duration wait, String detail) {
        long seconds = wait.plusSeconds(1).minusNanos(1).toSeconds();
        return new ProblemException(ProblemKind.RATE_LIMIT_EXCEEDED, detail)
                .withHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds))
                .withHeader("RateLimit-Policy", RateLimitFields.policy(policy, limit.capacity(), RateLimit.WINDOW))
                .withHeader("RateLimit", RateLimitFields.exhausted(policy, seconds));
    }
}
