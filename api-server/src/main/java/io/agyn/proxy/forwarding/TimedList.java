package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The objects of one event loop whose timeouts are checked together, since a timer for each would be too expensive. */
final class TimedList {
    private @Nullable Entry[] entries = new Entry[64];
    private int count;

    interface Entry {
        void checkTime();

        /** Ends, because the server stops. */
        void stop();

        /** The index in the list. */
        int index();

        void setIndex(int index);
    }

    void add(Entry entry) {
        if (count == entries.length) {
            entries = Arrays.copyOf(entries, 2 * count);
        }
        entry.setIndex(count);
        entries[count] = entry;
        count++;
    }

    void remove(Entry entry) {
        count--;
        Entry last = at(count);
        entries[entry.index()] = last;
        last.setIndex(entry.index());
        entries[count] = null;
    }

    /** Visits all entries, which may remove themselves. */
    void forEach(Consumer<Entry> visitor) {
        // Backwards: an entry that ends is replaced by the last one, which was visited already.
        for (int i = count - 1; i >= 0; i--) {
            if (i < count) {
                visitor.accept(at(i));
            }
        }
    }

    private Entry at(int index) {
        return requireNonNull(entries[index], "no entry at this index");
    }
}
