package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	maxRetries = 4
	firstDelay = 500 * time.Millisecond
	lastDelay  = 8 * time.Second
)

// retrying repeats a request that the server refused for now (429 and 503, after Retry-After), and a request whose response
// was lost or is a server error, where repeating it is safe: reads, replacements, deletions, and creates with an idempotency
// key. A response that it does not retry is returned as it is, also where the wait would outlast the deadline.
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
		delay := delayBefore(attempt, response)
		if !ok || outlasts(ctx, delay) {
			return ended(response, done), err
		}
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
		// The policy knows the errors of the standard library's client.
		err = &url.Error{Op: request.Method, URL: request.URL.String(), Err: err}
	}
	wanted, _ := retryablehttp.DefaultRetryPolicy(request.Context(), response, err)
	if !wanted || isPermanent(err) {
		return false
	}
	refused := err == nil && (response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable)
	// A create without a key that has reached the server would make another thing.
	return refused || request.Method != http.MethodPost || request.Header.Get(idempotencyHeader) != ""
}

// isPermanent tells errors of TLS and of the host's name, which the library's policy retries in part.
func isPermanent(err error) bool {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var name *net.DNSError
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert) || errors.Is(err, http.ErrSchemeMismatch) ||
		(errors.As(err, &name) && name.IsNotFound)
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

// delayBefore is what the server asks for, else twice as long each time. The random part keeps clients that were refused
// together from returning together.
func delayBefore(attempt int, response *http.Response) time.Duration {
	return retryablehttp.DefaultBackoff(firstDelay, lastDelay, attempt, response) + rand.N(firstDelay)
}

// outlasts tells whether a delay ends after the deadline. One that is out of all proportion has overflowed.
func outlasts(ctx context.Context, delay time.Duration) bool {
	deadline, _ := ctx.Deadline()
	return delay < 0 || time.Until(deadline) <= delay
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
