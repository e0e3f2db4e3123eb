package io.agyn.budget;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for bodies that are kept: calls of models until their {@code model} is known, bodies of the API, forms. A body
 * takes what it keeps beyond {@link #FREE} bytes from it. A quarter of the budget is the share of one API token and half of
 * it the share of one source address, or one body of the greatest length where that is more. A body whose share or the
 * whole budget is used up is not read on until others have been released.
 */
@Singleton
public final class ByteBudget {
    /**
     * The bytes of a body that are not counted, so that small requests pass also when the budget is used up. A
     * connection's read buffers take as much.
     */
    public static final int FREE = 8 << 10;

    /** How much of the heap the budget is where it is not set. */
    private static final int PART_OF_HEAP = 4;

    private static final int PART_OF_TOKEN = 4;
    private static final int PART_OF_ADDRESS = 2;

    private final long total;
    private final long perToken;
    private final long perAddress;
    private final AtomicLong used = new AtomicLong();
    private final ConcurrentMap<Object, Long> shares = new ConcurrentHashMap<>();

    @Inject
    ByteBudget(Settings settings, MeterRegistry registry) {
        this(
                settings.bodyMemory()
                        .map(MemorySize::asLongValue)
                        .orElse(Runtime.getRuntime().maxMemory() / PART_OF_HEAP),
                settings.proxy().bodyLimit().asLongValue());
        Gauge.builder("agyn.body.memory.used", used, AtomicLong::doubleValue)
                .description("Bytes of bodies that are kept in memory")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("agyn.body.memory.limit", () -> total)
                .description("The most bytes of bodies that are kept in memory (AGYN_BODY_MEMORY)")
                .baseUnit("bytes")
                .register(registry);
    }

    /**
     * Creates a budget that is not used.
     *
     * @param total the bytes of all bodies together
     * @param largestBody the bytes of the largest body, which fits into each share as far as it fits into the whole
     */
    public ByteBudget(long total, long largestBody) {
        this.total = total;
        this.perToken = Math.max(total / PART_OF_TOKEN, Math.min(largestBody, total));
        this.perAddress = Math.max(total / PART_OF_ADDRESS, Math.min(largestBody, total));
    }

    /** A budget without a limit, for requests of the server itself. */
    public static ByteBudget unlimited() {
        return new ByteBudget(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Opens an account for one body. It must be {@linkplain Lease#release() released}.
     *
     * @param tokenId the caller's API token; null where the caller has not authenticated or has none
     * @param address the caller's source address
     */
    public Lease lease(UUID tokenId, String address) {
        return new Lease(tokenId, requireNonNull(address, "address is null"));
    }

    /** How many bytes are kept. */
    public long used() {
        return used.get();
    }

    /** The bytes that one body has taken. It is for one thread at a time. */
    public final class Lease {
        private final UUID tokenId;
        private final String address;
        private long taken;

        private Lease(UUID tokenId, String address) {
            this.tokenId = tokenId;
            this.address = address;
        }

        /** Takes bytes that are kept from now on, whether or not there are any left. */
        public void take(long bytes) {
            add(bytes);
        }

        /** Gives bytes back that are not kept any more; never more than were taken. */
        public void giveBack(long bytes) {
            add(-Math.min(bytes, taken));
        }

        /** Whether nothing more may be read for this body: the budget, or a share of it, is used up. */
        public boolean isExhausted() {
            return used.get() > total || isOver(tokenId, perToken) || isOver(address, perAddress);
        }

        /** Gives all bytes back. It may be called again. */
        public void release() {
            add(-taken);
        }

        private boolean isOver(Object key, long limit) {
            return key != null && shares.getOrDefault(key, 0L) > limit;
        }

        private void add(long bytes) {
            if (bytes == 0) {
                return;
            }
            taken += bytes;
            used.addAndGet(bytes);
            share(address, bytes);
            if (tokenId != null) {
                share(tokenId, bytes);
            }
        }

        private void share(Object key, long bytes) {
            // A share that is not used is not kept: strangers choose their addresses.
            shares.merge(key, bytes, (before, more) -> before + more == 0 ? null : before + more);
        }
    }
}
