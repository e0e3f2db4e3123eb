package io.agyn.proxy;

import java.util.ArrayDeque;
import java.util.Queue;

/** A provider's scheme, host and port, and how many calls may be on their way to it at once. */
final class UpstreamBulkhead {
    private final int limit;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int calls;

    /**
     * Creates an origin that no call is on its way to.
     *
     * @param limit the most calls at once
     */
    UpstreamBulkhead(int limit) {
        this.limit = limit;
    }

    /**
     * Enters, or waits for it.
     *
     * @param next called once when a place has become free and is taken, on the thread of the call that left it
     * @return whether there was a place; {@code next} is not called then
     */
    synchronized boolean enter(Runnable next) {
        if (calls < limit) {
            calls++;
            return true;
        }
        waiting.add(next);
        return false;
    }

    /** Gives up waiting; returns whether it was still waiting, so that {@code next} is not called any more. */
    synchronized boolean giveUp(Runnable next) {
        return waiting.remove(next);
    }

    /** Leaves the place to whoever has waited longest. */
    void leave() {
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

    /** How many calls are on their way. */
    synchronized int calls() {
        return calls;
    }

    /**
     * Whether it may be forgotten. A call that enters at this very moment is counted apart from those that come after it, for
     * as long as it lasts.
     */
    synchronized boolean isIdle() {
        return calls == 0 && waiting.isEmpty();
    }

    /** How many calls wait. */
    synchronized int waiting() {
        return waiting.size();
    }
}
