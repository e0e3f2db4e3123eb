package io.agyn.proxy.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.agyn.budget.ByteBudget;
import io.agyn.proxy.body.BatchModels;
import io.agyn.proxy.body.Edit;
import io.agyn.proxy.body.MalformedBodyException;
import io.agyn.proxy.body.Reference;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.body.RequestFields;
import io.agyn.proxy.body.RequestScanner;
import io.agyn.proxy.dialect.ProxyError;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;

/** Bodies of model calls, from a caller that sends pieces to a slow provider. */
@Timeout(60)
class RequestBodyFuzz {
    private static final byte[] MODEL = "\"remote/\u540d\"".getBytes(UTF_8);
    private static final int LIMIT = 1 << 20;
    private static final int DEPTH_LIMIT = 1000;

    @FuzzTest
    void providerReceivesTheBodyWithItsOwnModel(byte[] bytes) {
        assertReceived(bytes, () -> RequestFields.ofResponses(DEPTH_LIMIT));
    }

    @FuzzTest
    void providerReceivesTheBatchWithItsOwnModels(byte[] bytes) {
        assertReceived(bytes, () -> new BatchModels(DEPTH_LIMIT));
    }

    private static void assertReceived(byte[] bytes, Supplier<RequestScanner> scanners) {
        byte[] expected = expected(bytes, scanners.get());
        for (int seed = 0; seed < 4; seed++) {
            Random random = new Random(Arrays.hashCode(bytes) + seed);
            Transfer transfer = new Transfer(random, seed == 0 ? -1 : bytes.length, scanners.get());
            transfer.run(bytes);
            assertThat(transfer.isRejected).isEqualTo(expected == null);
            if (expected != null) {
                assertThat(transfer.received.getBytes()).isEqualTo(expected);
                assertThat(transfer.hasEnded).isTrue();
                assertThat(transfer.announced).isIn(-1L, (long) expected.length);
            }
        }
    }

    /** The bytes for the provider; null if the body is rejected. */
    private static byte[] expected(byte[] bytes, RequestScanner scanner) {
        try {
            scanner.read(bytes, 0, bytes.length);
            scanner.end();
        } catch (MalformedBodyException e) {
            return null;
        }
        Buffer expected = Buffer.buffer();
        int at = 0;
        for (Edit edit = scanner.takeEdit(); edit != null; edit = scanner.takeEdit()) {
            byte[] model = edit.model() == null || edit.model().equals(scanner.model()) ? MODEL : remote(edit.model());
            expected.appendBytes(bytes, at, (int) edit.from() - at).appendBytes(edit.text(model));
            at = (int) edit.to();
        }
        return expected.appendBytes(bytes, at, bytes.length - at).getBytes();
    }

    private static byte[] remote(String model) {
        return ("\"remote-" + model.hashCode() + "\"").getBytes(UTF_8);
    }

    /** One call: both connections, and the state that the body's owner would keep. */
    private static final class Transfer implements RequestBody.Listener {
        private final Random random;
        private final RequestBody body;
        private final Buffer received = Buffer.buffer();
        private Consumer<Buffer> pieces;
        private Runnable end;
        private boolean isPaused;
        private boolean isRoutable;
        private boolean isPassed;
        private Reference unresolved;
        private boolean isRejected;
        private boolean hasEnded;
        private long announced = -1;
        private final Deque<Handler<AsyncResult<Void>>> unsent = new ArrayDeque<>();

        Transfer(Random random, long length, RequestScanner scanner) {
            this.random = random;
            this.body = new RequestBody(fake(Exchange.class, this::caller), length, LIMIT, scanner, this);
        }

        void run(byte[] bytes) {
            body.read();
            int at = 0;
            boolean isOver = false;
            for (int steps = 0; !isRejected && (!isOver || isBusy()); steps++) {
                assertThat(steps).as("steps").isLessThan(100 * (bytes.length + 10));
                if (unresolved != null && random.nextBoolean()) {
                    Reference resolved = unresolved;
                    unresolved = null;
                    resolve(resolved);
                    body.proceed();
                } else if (isRoutable && !isPassed && random.nextBoolean()) {
                    isPassed = true;
                    for (Reference next = body.takeReference(); next != null; next = body.takeReference()) {
                        resolve(next);
                    }
                    HttpClientRequest provider = fake(HttpClientRequest.class, this::provider);
                    body.pass(new HttpBodySink(provider, random.nextInt(20)), MODEL, false);
                } else if (!unsent.isEmpty() && random.nextBoolean()) {
                    unsent.remove().handle(Future.succeededFuture());
                } else if (!isOver && !isPaused && at < bytes.length) {
                    int to = at + 1 + random.nextInt(random.nextBoolean() ? 3 : bytes.length - at);
                    pieces.accept(Buffer.buffer(Arrays.copyOfRange(bytes, at, Math.min(to, bytes.length))));
                    at = Math.min(to, bytes.length);
                } else if (!isOver && !isPaused) {
                    isOver = true;
                    end.run();
                }
            }
        }

        private boolean isBusy() {
            return isRoutable && !isPassed || unresolved != null || !unsent.isEmpty();
        }

        private void resolve(Reference reference) {
            if (reference.field() == RequestField.MODEL) {
                body.rename(reference.value(), remote(reference.value()));
            }
        }

        private Object caller(Object self, Method method, Object[] arguments) {
            switch (method.getName()) {
                case "read" -> {
                    pieces = consumer(arguments[0]);
                    end = (Runnable) arguments[1];
                }
                case "pause" -> isPaused = true;
                case "resume" -> isPaused = false;
                default -> throw new AssertionError(method);
            }
            return null;
        }

        private Object provider(Object self, Method method, Object[] arguments) {
            switch (method.getName()) {
                case "write" -> {
                    received.appendBuffer((Buffer) arguments[0]);
                    unsent.add(handler(arguments[1]));
                }
                case "end" -> {
                    assertThat(hasEnded).isFalse();
                    hasEnded = true;
                    if (arguments.length == 2) {
                        received.appendBuffer((Buffer) arguments[0]);
                    }
                }
                case "putHeader" -> announced = Long.parseLong(arguments[1].toString());
                case "version" -> {
                    return random.nextBoolean() ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_2;
                }
                case "setChunked", "exceptionHandler" -> {
                    // Nothing to keep.
                }
                default -> throw new AssertionError(method);
            }
            return self;
        }

        @Override
        public ByteBudget.Lease lease() {
            // Many pieces of a small body take more memory than its bytes.
            return ByteBudget.unlimited().lease(null, "127.0.0.1");
        }

        @Override
        public void onRoutable(String model) {
            assertThat(isRoutable).isFalse();
            isRoutable = true;
            if (model != null) {
                body.rename(model, MODEL);
            }
        }

        @Override
        public void onReference(Reference reference) {
            assertThat(unresolved).isNull();
            unresolved = reference;
        }

        @Override
        public void onRejected(ProxyError rejection) {
            isRejected = true;
        }

        @SuppressWarnings("unchecked")
        private static Consumer<Buffer> consumer(Object argument) {
            return (Consumer<Buffer>) argument;
        }

        @SuppressWarnings("unchecked")
        private static Handler<AsyncResult<Void>> handler(Object argument) {
            return (Handler<AsyncResult<Void>>) argument;
        }

        private static <T> T fake(Class<T> type, InvocationHandler calls) {
            return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
        }
    }
}
