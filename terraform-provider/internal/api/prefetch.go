package api

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// prefetchAfter is the number of single reads in a collection before pages of it are read. A page costs the server about
	// as much as these reads, so that reading a few objects of a large collection costs at most twice as much.
	prefetchAfter = 16
	// maxAge limits the age of prefetched objects: a refresh sees each object as it was at some time during the refresh.
	maxAge = 10 * time.Second
)

// Request is a request of the generated client for one object.
type Request[T any] interface {
	Execute() (*T, *http.Response, error)
}

// Read reads one object. When Terraform refreshes many objects of a collection one by one, Read prefetches pages of the
// collection and serves objects from them, with a nil *http.Response. An object that is on no page so far is read by itself, so
// that an error is always about the object. Every write discards the prefetched objects.
//
// within distinguishes collections of the same type: the id of their owner, or empty. list is the unfiltered collection, one
// the request for the object with the id, and idOf returns the id of an object.
func Read[T any, R listRequest[R, P], P listPage[T]](
	ctx context.Context, from *Client, within string, list R, one Request[T], id string, idOf func(*T) string,
) (*T, *http.Response, error) {
	loaded, _ := from.prefetches.LoadOrStore(prefetchKey[T]{within}, &prefetch[T]{})
	p := loaded.(*prefetch[T])
	found, pageToken := p.find(ctx, id, &from.writes)
	if pageToken != nil {
		found = readPage(p, list, *pageToken, id, idOf, &from.writes)
	}
	if found != nil {
		return found, nil, nil
	}
	return one.Execute()
}

// prefetchKey identifies a collection of a client.
type prefetchKey[T any] struct {
	within string
}

// prefetch holds the prefetched objects of a collection.
type prefetch[T any] struct {
	mutex sync.Mutex
	// misses counts the objects that were not found since the last page.
	misses int
	// reading is closed when the page that is being read has arrived; nil if no page is being read.
	reading chan struct{}
	snapshot[T]
}

// snapshot holds the objects of the pages read so far.
type snapshot[T any] struct {
	objects map[string]*T
	// since and writes are the time and the number of writes when the first page was requested.
	since  time.Time
	writes int64
	// next is the token of the next page: empty for the first one, nil after the last one.
	next *string
}

// find returns a prefetched object, or the token of the next page if the caller is to read it.
func (p *prefetch[T]) find(ctx context.Context, id string, writes *atomic.Int64) (*T, *string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.reading != nil {
		p.await(ctx)
	}
	if p.isStale(writes) {
		p.snapshot = snapshot[T]{}
	}
	if found := p.objects[id]; found != nil {
		return found, nil
	}
	p.misses++
	if p.misses <= prefetchAfter || p.reading != nil {
		return nil, nil
	}
	if p.objects == nil {
		p.snapshot = snapshot[T]{objects: map[string]*T{}, since: time.Now(), writes: writes.Load(), next: new(string)}
	}
	if p.next != nil {
		p.reading = make(chan struct{})
	}
	return nil, p.next
}

// await waits for the page that another caller is reading. It releases the mutex meanwhile.
func (p *prefetch[T]) await(ctx context.Context) {
	reading := p.reading
	p.mutex.Unlock()
	defer p.mutex.Lock()
	select {
	case <-reading:
	case <-ctx.Done():
	}
}

func (s *snapshot[T]) isStale(writes *atomic.Int64) bool {
	return s.objects != nil && (s.writes != writes.Load() || time.Since(s.since) > maxAge)
}

// readPage reads a page, and returns the object with the id if it is on the page.
func readPage[T any, R listRequest[R, P], P listPage[T]](
	p *prefetch[T], list R, token string, id string, idOf func(*T) string, writes *atomic.Int64,
) *T {
	items, next, err := readItems[T](list.PageSize(maxPageSize), token)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	close(p.reading)
	p.reading, p.misses = nil, 0
	switch {
	case p.objects == nil || p.isStale(writes):
		p.snapshot = snapshot[T]{}
	case err != nil:
		p.next = nil
	default:
		for i := range items {
			p.objects[idOf(&items[i])] = &items[i]
		}
		p.next = next
	}
	return p.objects[id]
}

// writeCounter counts each write when it begins and when it ends, so that a page that was read meanwhile is discarded.
type writeCounter struct {
	next   http.RoundTripper
	writes *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (w *writeCounter) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet {
		w.writes.Add(1)
		defer w.writes.Add(1)
	}
	return w.next.RoundTrip(request)
}
