package io.agyn.changes;

import java.util.List;

/** A cache that changes may outdate. Called on the feed's threads; must be quick. */
public interface ChangeListener {
    /** Invalidates cached state that the changes affect. A change may be passed twice. */
    void onChanges(List<RowChange> changes);

    /** Invalidates everything, because changes may have been missed. */
    void onGap();

    /**
     * Makes the cache look everything up again on its next use, and fall back on cached results if the database is
     * unavailable then. Called repeatedly while the database responds but its changes cannot be read.
     */
    default void onSilence() {
        onGap();
    }
}
