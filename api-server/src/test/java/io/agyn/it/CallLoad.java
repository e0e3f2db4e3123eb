package io.agyn.it;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Calls models, each up to a hundred times per second, until it is stopped. */
final class CallLoad implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int THREADS_PER_CALLER = 2;

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong slowest = new AtomicLong();
    private volatile boolean isOver;

    private CallLoad() {}

    static CallLoad start(List<ModelCaller> callers) {
        CallLoad load = new CallLoad();
        for (ModelCaller caller : callers) {
            for (int i = 0; i < THREADS_PER_CALLER; i++) {
                load.threads.add(Thread.ofVirtual().start(() -> load.call(caller)));
            }
        }
        return load;
    }

    private void call(ModelCaller caller) {
        while (!isOver) {
            try {
                long startedAt = System.nanoTime();
                HttpResponse<String> response = caller.response("load");
                slowest.accumulateAndGet(System.nanoTime() - startedAt, Math::max);
                calls.incrementAndGet();
                if (response.statusCode() != 200) {
                    failures.add(response.statusCode() + " " + response.body());
                }
                Thread.sleep(PAUSE);
            } catch (IOException e) {
                failures.add(e.toString());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Ends the calls. */
    void stop() throws InterruptedException {
        isOver = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Responses other than 200, and broken connections. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    int calls() {
        return calls.get();
    }

    Duration slowest() {
        return Duration.ofNanos(slowest.get());
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
