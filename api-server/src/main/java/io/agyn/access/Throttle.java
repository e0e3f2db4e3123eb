package io.agyn.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts failed tokens by source address and by prefix. Beyond a limit per minute, callers must wait. Valid tokens
 * are never throttled, so that guessing at somebody's token, or from somebody's address, locks nobody out.
 */
@Singleton
public class Throttle {
    /** How long failures are counted, and how long callers must wait. */
    public static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int MAX_ENTRIES = 100_000;
    // The prefix that lists show of a token.
    private static final int PREFIX_LENGTH = 12;
    // A JSON object in base64url.
    private static final String JWT_PREFIX = "eyJ";
    // By convention, one customer of an internet provider has such a network.
    private static final int NETWORK_BYTES = 8;

    private final int limit;
    private final LongAdder failed = new LongAdder();
    private final Cache<String, AtomicInteger> failures = Caffeine.newBuilder()
            .expireAfterWrite(WINDOW)
            .maximumSize(MAX_ENTRIES)
            .build();

    @Inject
    Throttle(Settings settings) {
        this(settings.http().failedTokensPerMinute());
    }

    Throttle(int limit) {
        this.limit = limit;
    }

    void measure(@Observes StartupEvent event, MeterRegistry registry) {
        FunctionCounter.builder("agyn.tokens.failed", failed, LongAdder::sum)
                .description("Failed API tokens in the REST API, the LLM Proxy and the Console")
                .register(registry);
    }

    /**
     * Counts a failed token.
     *
     * @param address its source address
     * @param token the token as sent
     * @return whether the limit of the last minute is exceeded
     */
    public boolean isThrottled(String address, String token) {
        failed.increment();
        boolean ofAddress = count("address " + network(address)) > limit;
        // All JWTs of one key start with the same header.
        boolean ofToken = token.length() > PREFIX_LENGTH
                && !token.startsWith(JWT_PREFIX)
                && count("token " + token.substring(0, PREFIX_LENGTH)) > limit;
        return ofAddress || ofToken;
    }

    private int count(String key) {
        return failures.get(key, ignored -> new AtomicInteger()).incrementAndGet();
    }

    /**
     * Returns the network to count by.
     *
     * @param address an IP address
     * @return the network of an IPv6 address, since its holder has all of it; an IPv4 address unchanged
     */
    public static String network(String address) {
        try {
            return InetAddress.ofLiteral(address) instanceof Inet6Address six
                    ? HexFormat.of().formatHex(six.getAddress(), 0, NETWORK_BYTES)
                    : address;
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
