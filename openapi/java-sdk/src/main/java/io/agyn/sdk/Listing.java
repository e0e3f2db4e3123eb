package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * All items of a list across all pages, oldest first unless documented otherwise. Iteration fetches pages as it reaches
 * them, so it may throw an {@link AgynException}; each iteration starts again at the first page. Each item is returned
 * once; items created during the iteration may be missing.
 *
 * @param <T> the type of the items
 */
public final class Listing<T> implements Iterable<T> {
    private static final int DEFAULT_PAGE_SIZE = 100;
    private static final int LARGEST_PAGE_SIZE = 1_000;

    private final Pages<T> pages;
    private final int pageSize;

    Listing(Pages<T> pages) {
        this(pages, DEFAULT_PAGE_SIZE);
    }

    private Listing(Pages<T> pages, int pageSize) {
        this.pages = requireNonNull(pages, "pages is null");
        this.pageSize = pageSize;
    }

    /** Fetches pages; the token of the first one is null. */
    interface Pages<T> {
        Page<T> fetch(int pageSize, @Nullable String pageToken);
    }

    /** A page; the token of the next one is null on the last. */
    record Page<T>(List<T> items, @Nullable String nextPageToken) {}

    /**
     * Sets the page size: larger pages need fewer requests, smaller pages less memory.
     *
     * @param pageSize 1 to 1000; 100 if not set
     * @return the same list in pages of that size
     */
    public Listing<T> withPageSize(int pageSize) {
        if (pageSize < 1 || pageSize > LARGEST_PAGE_SIZE) {
            throw new IllegalArgumentException("pageSize must be 1 to " + LARGEST_PAGE_SIZE + ", not " + pageSize);
        }
        return new Listing<>(pages, pageSize);
    }

    @Override
    public Iterator<T> iterator() {
        return new PageIterator();
    }

    /**
     * Streams the items; pages that the stream does not reach are not fetched.
     *
     * @return a sequential stream, which need not be closed
     */
    public Stream<T> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    private final class PageIterator implements Iterator<T> {
        private Iterator<T> items = Collections.emptyIterator();
        private @Nullable String nextPageToken;
        private boolean last;

        @Override
        public boolean hasNext() {
            // A page may be empty and still not be the last (AIP-158).
            while (!items.hasNext() && !last) {
                Page<T> page = pages.fetch(pageSize, nextPageToken);
                items = page.items().iterator();
                nextPageToken = page.nextPageToken();
                last = nextPageToken == null || nextPageToken.isEmpty();
            }
            return items.hasNext();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return items.next();
        }
    }
}
