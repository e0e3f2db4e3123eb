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
 * Counts tokens that do not work, by the address that they come from and by the characters that they begin with. Beyond a
 * number of them in a minute, callers are told to wait. A token that works is never asked to: whoever guesses at
 * somebody's token, or from somebody's address, locks nobody out.
 */
@Singleton
public class Throttle {
    /** How long failures are counted, and callers told to wait. */
    public static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int MOST_REMEMBERED = 100_000;
    // As much of a token as lists show of it.
    private static final int PREFIX_LENGTH = 12;
    // What one customer of a provider has, by custom.
    private static final int NETWORK_BYTES = 8;

    private final int limit;
    private final LongAdder failed = new LongAdder();
    private final Cache<String, AtomicInteger> failures = Caffeine.newBuilder()
            .expireAfterWrite(WINDOW)
            .maximumSize(MOST_REMEMBERED)
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
                .description("API tokens that did not work, of the REST API, of calls of models and of the Console")
                .register(registry);
    }

    /**
     * Counts a token that does not work.
     *
     * @param address where it came from
     * @param token what was sent
     * @return whether there were too many of them within the last minute
     */
    public boolean isTooMuch(String address, String token) {
        failed.increment();
        boolean ofAddress = count("address " + network(address)) > limit;
        boolean ofToken = token.length() > PREFIX_LENGTH && count("token " + token.substring(0, PREFIX_LENGTH)) > limit;
        return ofAddress || ofToken;
    }

    private int count(String key) {
        return failures.get(key, ignored -> new AtomicInteger()).incrementAndGet();
    }

    /**
     * Says whom an address stands for.
     *
     * @param address an IP address
     * @return an IPv6 address' network, since whoever has one has all of it; or else the address
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
