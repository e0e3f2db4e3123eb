package io.agyn.proxy.forwarding;

import io.vertx.core.Context;

/** A call's slot among the concurrent calls to its provider's endpoint. Confined to the call's event loop. */
final class Slot {
    private final UpstreamBulkhead bulkhead;
    private final Context context;
    private final Runnable listener;
    private final Runnable next = this::onFree;
    private boolean isTaken;
    private boolean isClosed;

    /** @param listener runs once, when the slot is taken */
    Slot(UpstreamBulkhead bulkhead, Context context, Runnable listener) {
        this.bulkhead = bulkhead;
        this.context = context;
        this.listener = listener;
    }

    /** Takes a slot, or queues for one. */
    void take() {
        if (bulkhead.acquire(next)) {
            isTaken = true;
            listener.run();
        }
    }

    private void onFree() {
        context.runOnContext(back -> {
            if (isClosed) {
                bulkhead.release();
            } else {
                isTaken = true;
                listener.run();
            }
        });
    }

    /** Releases the slot, or leaves the queue. */
    void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (isTaken) {
            bulkhead.release();
        } else {
            // If a slot becomes free at this moment, onFree() releases it on the event loop.
            bulkhead.cancel(next);
        }
    }
}
