package io.agyn.changes;

import java.util.List;

/** Keeps something in memory that a change may outdate. Called on the feed's thread; must be quick. */
public interface ChangeListener {
    /** Forgets what the changes outdate. May be told of a change twice. */
    void onChanges(List<Change> changes);

    /** Forgets everything: what has changed is not known. */
    void onGap();
}
