package io.agyn.scripted;

import java.util.ArrayList;
import java.util.List;

/** The stalled responses. Any thread may resume them, also before a response has reached its stall. */
final class Stalls {

    private final List<Runnable> stalled = new ArrayList<>();
    private volatile int resumptions;

    /** The number of resumptions so far, which a response remembers at its start. */
    int resumptions() {
        return resumptions;
    }

    /**
     * Stalls a response until the next resumption, or not at all if one came after the response's start.
     *
     * @param resumptionsAtStart the result of {@link #resumptions} at the response's start
     */
    synchronized void stall(int resumptionsAtStart, Runnable resume) {
        if (resumptionsAtStart == resumptions) {
            stalled.add(resume);
        } else {
            resume.run();
        }
    }

    synchronized void resume() {
        resumptions++;
        stalled.forEach(Runnable::run);
        stalled.clear();
    }
}
