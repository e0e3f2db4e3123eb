package io.agyn.proxy.forwarding;

import java.util.ArrayDeque;
import java.util.Queue;

/** Limits the calls in flight to one provider, identified by scheme, host and port. */
public final class UpstreamBulkhead {
    private final int limit;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int calls;

    /** @param limit the most concurrent calls */
    UpstreamBulkhead(int limit) {
        this.limit = limit;
    }

    /**
     * Takes a slot, or queues for one.
     *
     * @param next called once when a slot was freed and taken, on the thread that released it
     * @return whether a slot was free; {@code next} is not called then
     */
    public synchronized boolean acquire(Runnable next) {
        if (calls < limit) {
            calls++;
            return true;
        }
        waiting.add(next);
        return false;
    }

    /** Leaves the queue; returns whether the call was still queued, so that {@code next} will not be called. */
    synchronized boolean cancel(Runnable next) {
        return waiting.remove(next);
    }

    /** Passes the slot to the call that has waited longest. */
    public void release() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                calls--;
            }
        }
        if (next != null) {
            next.run();
        }
    }

    /** The calls in flight. */
    synchronized int calls() {
        return calls;
    }

    /** Whether it can be dropped. A call that enters at this moment is then counted separately from later ones. */
    synchronized boolean isIdle() {
        return calls == 0 && waiting.isEmpty();
    }

    /** The queued calls. */
    synchronized int waiting() {
        return waiting.size();
    }
}
