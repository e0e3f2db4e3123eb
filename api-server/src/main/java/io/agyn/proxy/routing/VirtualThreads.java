package io.agyn.proxy.routing;

import java.util.concurrent.Executor;

/** Where look-ups block, off the event loops. */
final class VirtualThreads {
    static final Executor EXECUTOR =
            task -> Thread.ofVirtual().name("proxy-look-up").start(task);

    private VirtualThreads() {}
}
