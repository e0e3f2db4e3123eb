package api

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	maxRetries    = 4
	firstDelay    = 500 * time.Millisecond
	maxRetryAfter = 30 * time.Second
)

// retrying repeats what the server asks to repeat (429 and 503, after Retry-After where it is given), and what may be
// repeated where its answer was lost: reads, replacements, deletions, and creates with an idempotency key. What it gives up
// on is answered as it was.
//
// A write that was begun is not broken off when terraform is: its answer is waited for, and asked for again where it was
// lost, or something would have been made that no state knows of. Only its time-out ends it.
type retrying struct {
	next  http.RoundTripper
	sleep func(context.Context, time.Duration) error
}

// RoundTrip implements http.RoundTripper.
func (r *retrying) RoundTrip(request *http.Request) (*http.Response, error) {
	caller := request.Context()
	if err := caller.Err(); err != nil {
		return nil, err
	}
	ctx, done := lasting(request)
	request = request.Clone(ctx)
	for attempt := 0; ; attempt++ {
		response, err := r.next.RoundTrip(request)
		if err == nil && request.Method != http.MethodGet {
			// An answer whose end is lost is lost.
			response, err = whole(response)
		}
		if attempt == maxRetries || !retryable(request, response, err) {
			return ended(response, done), err
		}
		repeated, ok := rewound(request)
		if !ok {
			return ended(response, done), err
		}
		delay := delayBefore(attempt, response)
		waiting := caller
		if err != nil {
			// Whether it was done is not known, so that a caller who leaves must not leave it at that.
			waiting = ctx
		}
		discard(response)
		if err := r.sleep(waiting, delay); err != nil {
			done()
			return nil, err
		}
		request = repeated
	}
}

// lasting gives the context that a request is made in, and what ends it: for a read the caller's, for a write one that
// outlives it up to its deadline.
func lasting(request *http.Request) (context.Context, context.CancelFunc) {
	ctx := request.Context()
	deadline, bounded := ctx.Deadline()
	if request.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	if !bounded {
		deadline = time.Now().Add(AnswerTimeout)
	}
	return context.WithDeadline(ctx, deadline)
}

// answered is a body with which its request's context ends.
type answered struct {
	io.ReadCloser
	done context.CancelFunc
}

// Close implements io.Closer.
func (a answered) Close() error {
	defer a.done()
	return a.ReadCloser.Close()
}

func ended(response *http.Response, done context.CancelFunc) *http.Response {
	if response == nil {
		done()
		return nil
	}
	response.Body = answered{response.Body, done}
	return response
}

// whole reads an answer to its end.
func whole(response *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// discard reads an answer to its end, or its connection could not be used again.
func discard(response *http.Response) {
	if response != nil {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
}

func retryable(request *http.Request, response *http.Response, err error) bool {
	if err != nil {
		// A create without a key that has reached the server would make another thing.
		return request.Context().Err() == nil && (request.Method != http.MethodPost || request.Header.Get(idempotencyHeader) != "")
	}
	return response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable
}

// rewound gives the request again with its body at its beginning; false where that cannot be had.
func rewound(request *http.Request) (*http.Request, bool) {
	repeated := request.Clone(request.Context())
	if request.Body == nil || request.Body == http.NoBody {
		return repeated, true
	}
	if request.GetBody == nil {
		return nil, false
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, false
	}
	repeated.Body = body
	return repeated, true
}

// delayBefore is what the server asks for, else twice as long each time with a random part, so that clients that were
// refused together do not come back together.
func delayBefore(attempt int, response *http.Response) time.Duration {
	if asked, ok := retryAfter(response); ok {
		return min(asked, maxRetryAfter) + jitter(firstDelay)
	}
	delay := firstDelay << attempt
	return delay/2 + jitter(delay)
}

// retryAfter reads the header (RFC 9110, 10.2.3): seconds, or a date.
func retryAfter(response *http.Response) (time.Duration, bool) {
	if response == nil {
		return 0, false
	}
	header := response.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 {
		// A number that is out of all proportion must not overflow.
		return time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second, true
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(time.Until(at), 0), true
	}
	return 0, false
}

func jitter(most time.Duration) time.Duration {
	return rand.N(most)
}

// Sleep waits for a while, or until the context ends, whose error it gives then.
func Sleep(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
