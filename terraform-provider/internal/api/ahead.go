package api

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// patience is how many things of a collection are read one by one before a page of it is read instead. A page costs the
	// server about as much, so that whoever has few things of a large collection pays at most twice.
	patience = 16
	// freshness is how old what was read ahead may be: a refresh sees each thing as it was at some time during it.
	freshness = 10 * time.Second
)

// Getter is a call of the generated client that returns one thing.
type Getter[T any] interface {
	Execute() (*T, *http.Response, error)
}

// Read reads one thing of a collection. Where many are read one after the other, as terraform does on refresh, they come
// by pages: after some reads the next page of the collection is read ahead, and what is on it is answered from there, with
// no *http.Response. What is on no page yet is read by itself, so that an error is always one of the thing. A write
// forgets what was read ahead.
//
// within tells collections of the same type of thing apart: the id of the organization, or empty. list is the collection
// without filters, one the thing, id its id, and idOf gives the id of any.
func Read[T any, C lister[C, P], P page[T]](
	ctx context.Context, from *Client, within string, list C, one Getter[T], id string, idOf func(*T) string,
) (*T, *http.Response, error) {
	known, _ := from.collections.LoadOrStore(collection[T]{within}, &ahead[T]{})
	a := known.(*ahead[T])
	found, due := a.find(ctx, id, &from.writes)
	if due != nil {
		found = readPage(a, list, *due, id, idOf, &from.writes)
	}
	if found != nil {
		return found, nil, nil
	}
	return one.Execute()
}

// collection names what was read ahead among that of a client.
type collection[T any] struct {
	within string
}

// ahead is what was read ahead of a collection.
type ahead[T any] struct {
	mutex sync.Mutex
	// misses counts what was not found since the last page.
	misses int
	// reading is closed when the page that is on its way is there; nil where none is.
	reading chan struct{}
	pages[T]
}

// pages are those that were read.
type pages[T any] struct {
	things map[string]*T
	// since and writes are when the first page was asked for, and how many writes there had been.
	since  time.Time
	writes int64
	// next is the token of the next page: empty for the first one, nil where there is none any more.
	next *string
}

// find gives a thing where it was read ahead, and the token of the next page where the caller is to read it.
func (a *ahead[T]) find(ctx context.Context, id string, writes *atomic.Int64) (*T, *string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.reading != nil {
		a.await(ctx)
	}
	if a.isStale(writes) {
		a.pages = pages[T]{}
	}
	if found := a.things[id]; found != nil {
		return found, nil
	}
	a.misses++
	if a.misses <= patience || a.reading != nil {
		return nil, nil
	}
	if a.things == nil {
		a.pages = pages[T]{things: map[string]*T{}, since: time.Now(), writes: writes.Load(), next: new(string)}
	}
	if a.next != nil {
		a.reading = make(chan struct{})
	}
	return nil, a.next
}

// await lets the page arrive that is on its way.
func (a *ahead[T]) await(ctx context.Context) {
	reading := a.reading
	a.mutex.Unlock()
	defer a.mutex.Lock()
	select {
	case <-reading:
	case <-ctx.Done():
	}
}

func (p *pages[T]) isStale(writes *atomic.Int64) bool {
	return p.things != nil && (p.writes != writes.Load() || time.Since(p.since) > freshness)
}

// readPage reads a page and gives a thing where it is on it.
func readPage[T any, C lister[C, P], P page[T]](
	a *ahead[T], list C, token string, id string, idOf func(*T) string, writes *atomic.Int64,
) *T {
	items, next, err := readItems[T](list.PageSize(pageSize), token)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	close(a.reading)
	a.reading, a.misses = nil, 0
	switch {
	case a.things == nil || a.isStale(writes):
		a.pages = pages[T]{}
	case err != nil:
		a.next = nil
	default:
		for i := range items {
			a.things[idOf(&items[i])] = &items[i]
		}
		a.next = next
	}
	return a.things[id]
}

// counting counts writes as they begin and as they end, so that what was read meanwhile is not taken for what is.
type counting struct {
	next   http.RoundTripper
	writes *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (c *counting) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet {
		c.writes.Add(1)
		defer c.writes.Add(1)
	}
	return c.next.RoundTrip(request)
}
