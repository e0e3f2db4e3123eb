package io.agyn.budget;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits the memory of buffered bodies: model calls until their {@code model} is known, lists of batches, bodies of the API, and
 * forms.
 * Each body counts beyond its first {@link #FREE} bytes. One API token may use a quarter of the budget and one source
 * address half of it, or one body of the maximum size if that is more. While the budget or a share is used up, its
 * bodies are not read further.
 */
@Singleton
public final class ByteBudget {
    /**
     * The uncounted bytes of a body, so that small requests pass even if the budget is used up. A connection's read
     * buffers take as much.
     */
    public static final int FREE = 8 << 10;

    /** The default budget, as a fraction of the heap. */
    private static final int HEAP_FRACTION = 4;

    private static final int TOKEN_FRACTION = 4;
    private static final int ADDRESS_FRACTION = 2;

    private final long total;
    private final long perToken;
    private final long perAddress;
    private final AtomicLong used = new AtomicLong();
    private final KeyedCounter<Object> shares = new KeyedCounter<>();

    @Inject
    ByteBudget(Settings settings, MeterRegistry registry) {
        this(
                settings.bodyMemory()
                        .map(MemorySize::asLongValue)
                        .orElse(Runtime.getRuntime().maxMemory() / HEAP_FRACTION),
                settings.proxy().bodyLimit().asLongValue());
        Gauge.builder("agyn.body.memory.used", used, AtomicLong::doubleValue)
                .description("Bytes of bodies in memory")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("agyn.body.memory.limit", () -> total)
                .description("The limit for bytes of bodies in memory (AGYN_BODY_MEMORY)")
                .baseUnit("bytes")
                .register(registry);
    }

    /**
     * @param total the bytes of all bodies together
     * @param largestBody the bytes of the largest body; each share is at least as large, up to the total
     */
    public ByteBudget(long total, long largestBody) {
        this.total = total;
        this.perToken = Math.max(total / TOKEN_FRACTION, Math.min(largestBody, total));
        this.perAddress = Math.max(total / ADDRESS_FRACTION, Math.min(largestBody, total));
    }

    /** Returns a budget without a limit, for the server's own requests. */
    public static ByteBudget unlimited() {
        return new ByteBudget(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Opens a lease for one body. It must be {@linkplain Lease#release() released}.
     *
     * @param tokenId the caller's API token; null for an unauthenticated caller or one without a token
     * @param address the caller's source address
     */
    public Lease lease(@Nullable UUID tokenId, String address) {
        return new Lease(tokenId, requireNonNull(address, "address is null"));
    }

    /** The bytes in use. */
    public long used() {
        return used.get();
    }

    /** The bytes of one body. Not thread-safe. */
    public final class Lease {
        private final @Nullable UUID tokenId;
        private final String address;
        private long taken;

        private Lease(@Nullable UUID tokenId, String address) {
            this.tokenId = tokenId;
            this.address = address;
        }

        /** Counts buffered bytes, even beyond the budget. */
        public void take(long bytes) {
            add(bytes);
        }

        /** Releases some of the reserved bytes. */
        public void release(long bytes) {
            add(-Math.min(bytes, taken));
        }

        /** Whether reading must pause: the budget, or a share of it, is used up. */
        public boolean isExhausted() {
            return used.get() > total || isOver(tokenId, perToken) || isOver(address, perAddress);
        }

        /** Releases all bytes. Repeated calls do nothing. */
        public void release() {
            add(-taken);
        }

        private boolean isOver(@Nullable Object key, long limit) {
            return key != null && shares.get(key) > limit;
        }

        private void add(long bytes) {
            if (bytes == 0) {
                return;
            }
            taken += bytes;
            used.addAndGet(bytes);
            shares.add(address, bytes);
            if (tokenId != null) {
                shares.add(tokenId, bytes);
            }
        }
    }
}
