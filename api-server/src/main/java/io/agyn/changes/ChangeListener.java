package io.agyn.changes;

import java.util.List;

/** Keeps something in memory that a change may outdate. Called on the feed's threads; must be quick. */
public interface ChangeListener {
    /** Forgets what the changes outdate. May be told of a change twice. */
    void onChanges(List<RowChange> changes);

    /** Forgets everything: what has changed is not known. */
    void onGap();

    /**
     * Reads everything anew when it is next used, and falls back on what is in memory if the database is unavailable then:
     * the database responds, but its changes cannot be read. Called again and again while that lasts.
     */
    default void onSilence() {
        onGap();
    }
}
