package io.agyn.proxy.forwarding;

import io.agyn.budget.ByteBudget;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProviderErrors;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.PassedHeaders;
import io.agyn.proxy.exchange.ProxyResponses;
import io.agyn.proxy.routing.Target;
import io.agyn.usage.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A provider's response with a batch, or a list of them. It is read whole, since it is rewritten; its memory comes from the budget
 * for bodies until the caller has taken it.
 */
final class BatchResponse implements CallState {
    // More than a list of 1,000 batches takes.
    private static final int MAX_BYTES = 4 << 20;
    // The body, and its copy when it is rewritten.
    private static final int COPIES = 2;
    private static final int MAX_WRITE_BYTES = 64 << 10;
    private static final ProxyError MEMORY_FULL = ProxyError.of(
            ProxyError.Kind.UNAVAILABLE,
            "The memory for bodies is full; try again soon, or ask for a shorter list by \"limit\".");

    private final Call call;
    private final ProxyContext proxy;
    private final Target target;
    private final HttpClientResponse from;
    private final Exchange to;
    private final Runnable endListener;
    private final ResponseReader reader;
    private final ByteBudget.Lease lease;
    private final Buffer received = Buffer.buffer();
    private long counted = ByteBudget.FREE;
    private boolean waitsForMemory;
    private boolean waitsForCaller;
    private boolean isClosed;

    /** @param endListener runs after the whole response was forwarded */
    BatchResponse(
            Call call, ProxyContext proxy, Target target, HttpClientResponse from, Exchange to, Runnable endListener) {
        this.call = call;
        this.proxy = proxy;
        this.target = target;
        this.from = from;
        this.to = to;
        this.endListener = endListener;
        this.reader = new ResponseReader(target.protocol(), null, null);
        this.lease = call.lease();
    }

    ResponseReader reader() {
        return reader;
    }

    // Read

    void start(Consumer<Throwable> brokenListener) {
        to.setStatus(from.statusCode());
        from.handler(this::receive);
        from.endHandler(end -> {
            if (!isClosed) {
                call.guard(this::rewrite);
            }
        });
        from.exceptionHandler(cause -> {
            if (!isClosed) {
                brokenListener.accept(cause);
            }
        });
    }

    private void receive(Buffer piece) {
        if (isClosed) {
            return;
        }
        call.onResponseBytes(true);
        received.appendBuffer(piece);
        if (received.length() > MAX_BYTES) {
            fail();
            return;
        }
        long needed = (long) COPIES * received.length();
        if (needed > counted) {
            lease.take(needed - counted);
            counted = needed;
            if (lease.isExhausted()) {
                waitsForMemory = true;
                from.pause();
            }
        }
    }

    private void fail() {
        call.fail(ProviderErrors.invalidBatch(target), Outcome.UPSTREAM_ERROR);
    }

    // Rewrite

    private void rewrite() {
        byte[] body = received.getBytes();
        reader.read(body, 0, body.length);
        reader.end();
        call.objects().onRead(reader);
        boolean isList = call.path().operation() == Operation.LIST_BATCHES;
        Optional<BatchBody> read = BatchBody.read(body, isList);
        if (read.isEmpty()) {
            fail();
            return;
        }
        BatchBody batches = read.get();
        proxy.origin(to).ifPresent(batches::setOrigin);
        if (isList) {
            call.when(proxy.known(target.organizationId(), batches.ids()), known -> {
                batches.retain(known);
                begin(batches.bytes());
            });
        } else {
            begin(batches.bytes());
        }
    }

    // Write

    private void begin(byte[] body) {
        PassedHeaders.toCaller(from.headers(), to.responseHeaders(), target.credentials());
        to.responseHeaders()
                .set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length))
                .set(ProxyResponses.AGYN_REQUEST_ID, call.requestId());
        write(Buffer.buffer(body), 0);
    }

    private void write(Buffer body, int start) {
        waitsForCaller = false;
        int at = start;
        while (body.length() - at > MAX_WRITE_BYTES) {
            if (to.isWriteQueueFull()) {
                int next = at;
                waitsForCaller = true;
                to.onDrain(() -> {
                    if (!isClosed) {
                        call.enter(this);
                        write(body, next);
                    }
                });
                return;
            }
            to.write(body.slice(at, at + MAX_WRITE_BYTES));
            at += MAX_WRITE_BYTES;
        }
        to.end(body.slice(at, body.length()));
        endListener.run();
    }

    /** Releases the memory, and ignores the rest of the response. */
    void close() {
        isClosed = true;
        lease.release();
    }

    // Time

    @Override
    public void onTick(long silence) {
        if (waitsForMemory && !lease.isExhausted()) {
            waitsForMemory = false;
            call.enter(this);
            from.resume();
        }
    }

    @Override
    public Duration limit() {
        return waitsForMemory
                ? proxy.shared().limits().queue()
                : proxy.shared().limits().idle();
    }

    @Override
    public void onLimit() {
        if (waitsForMemory) {
            call.fail(MEMORY_FULL, Outcome.REFUSED);
        } else if (waitsForCaller) {
            call.abandon();
        } else {
            call.fail(ProviderErrors.silentResponse(target, limit()), Outcome.UPSTREAM_TRUNCATED);
        }
    }
}
