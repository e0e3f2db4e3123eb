package io.agyn.proxy.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.budget.ByteBudget;
import io.agyn.proxy.body.BatchModels;
import io.agyn.proxy.body.Reference;
import io.agyn.proxy.dialect.ProxyError;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch of the size that Anthropic accepts, which is forwarded as it arrives. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LargeBatchTest implements RequestBody.Listener, BodySink {
    private static final long SIZE = 256L << 20;
    private static final int PIECE = 64 << 10;
    private static final String REQUEST =
            "{\"custom_id\":\"%s\",\"params\":{\"model\":\"caller's\"}},".formatted("c".repeat(40_000));
    private static final byte[] REMOTE = "\"provider's\"".getBytes(UTF_8);

    private final ByteBudget budget = new ByteBudget(1 << 20, 1 << 20);
    private Consumer<Buffer> pieces;
    private boolean isRoutable;
    private long written;
    private int largest;

    @Test
    void batchOf256MiBNeedsNoMemory() {
        Exchange caller = (Exchange) Proxy.newProxyInstance(
                Exchange.class.getClassLoader(), new Class<?>[] {Exchange.class}, (self, method, arguments) -> {
                    if (method.getName().equals("read")) {
                        pieces = receiver(arguments[0]);
                    }
                    return null;
                });
        RequestBody body = new RequestBody(caller, -1, SIZE + PIECE, new BatchModels(1000), this);
        body.read();
        byte[] cycle = REQUEST.getBytes(UTF_8);
        pieces.accept(Buffer.buffer("{\"requests\":["));
        long sent = 13;
        int at = 0;
        while (sent < SIZE) {
            byte[] piece = new byte[PIECE];
            for (int i = 0; i < PIECE; i++) {
                piece[i] = cycle[at];
                at = at + 1 == cycle.length ? 0 : at + 1;
            }
            pieces.accept(Buffer.buffer(piece));
            sent += PIECE;
            if (isRoutable && written == 0) {
                body.rename("caller's", REMOTE);
                body.pass(this, REMOTE, false);
            }
            assertThat(budget.used()).isLessThan(2 * PIECE);
        }
        long models = (sent - 13) / cycle.length;
        assertThat(written).isBetween(sent + 2 * models - PIECE, sent + 2 * models);
        assertThat(largest).isLessThan(3 * PIECE);
    }

    @SuppressWarnings("unchecked")
    private static Consumer<Buffer> receiver(Object argument) {
        return (Consumer<Buffer>) argument;
    }

    @Override
    public ByteBudget.Lease lease() {
        return budget.lease(null, "127.0.0.1");
    }

    @Override
    public void onRoutable(String model) {
        isRoutable = true;
    }

    @Override
    public void onReference(Reference reference) {
        throw new AssertionError(reference);
    }

    @Override
    public void onRejected(ProxyError error) {
        throw new AssertionError(error);
    }

    @Override
    public void send(Buffer whole) {
        write(whole);
    }

    @Override
    public void begin(long length) {
        // The pieces follow.
    }

    @Override
    public void write(Buffer piece) {
        written += piece.length();
        largest = Math.max(largest, piece.length());
    }

    @Override
    public void end() {
        throw new AssertionError("the batch has no end");
    }

    @Override
    public void end(Buffer last) {
        throw new AssertionError("the batch has no end");
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void onDrain(Runnable listener) {
        throw new AssertionError("is never full");
    }
}
