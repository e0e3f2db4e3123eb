package io.agyn.scripted;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Objects that clients retrieve later. The oldest are dropped above 10,000 objects or 32 MiB. */
final class ObjectStore<T> {

    private static final int MOST_OBJECTS = 10_000;
    private static final long MOST_BYTES = 32 << 20;

    private record Entry<T>(T object, long bytes) {}

    private final Map<String, Entry<T>> entries = new LinkedHashMap<>();
    private long bytes;

    /** Adds or replaces an object; the size need not be exact. */
    synchronized void put(String id, T object, long size) {
        remove(id);
        entries.put(id, new Entry<>(object, size));
        bytes += size;
        Iterator<Entry<T>> oldest = entries.values().iterator();
        while (entries.size() > MOST_OBJECTS || bytes > MOST_BYTES) {
            bytes -= oldest.next().bytes;
            oldest.remove();
        }
    }

    synchronized Optional<T> get(String id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::object);
    }

    synchronized void remove(String id) {
        Entry<T> removed = entries.remove(id);
        if (removed != null) {
            bytes -= removed.bytes;
        }
    }

    /** All objects, the oldest first. */
    synchronized List<T> all() {
        return entries.values().stream().map(Entry::object).toList();
    }
}
