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
	// A rate limit that many clients share may reject a request often; the deadline usually ends the retries earlier.
	maxRateLimited = 100
	minDelay       = 500 * time.Millisecond
	maxDelay       = 8 * time.Second
)

// retryTransport repeats requests that the server rejected temporarily (429 and 503, after Retry-After). It also repeats
// requests whose response was lost or is a server error, if that is safe: reads, replacements, deletions, and creates with an
// idempotency key. It returns any other response, and one whose Retry-After exceeds the deadline.
//
// A write that has begun outlives its caller, for instance on Ctrl-C: otherwise the server might have created an object that
// no state contains. Only its time-out ends it. For that, retryablehttp provides the policy and the back-off, but not the
// client.
type retryTransport struct {
	next  http.RoundTripper
	sleep func(context.Context, time.Duration) error
}

// RoundTrip implements http.RoundTripper.
func (r *retryTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	caller := request.Context()
	if err := caller.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := requestContext(request)
	request = request.Clone(ctx)
	rateLimited := 0
	for attempt := 0; ; attempt++ {
		response, err := r.next.RoundTrip(request)
		if err == nil && request.Method != http.MethodGet {
			// The response may also be lost within its body.
			response, err = buffer(response)
		}
		if isRateLimited(response, err) && rateLimited < maxRateLimited {
			// The server is well, so this is not a failed attempt.
			rateLimited++
			attempt--
		}
		if attempt == maxRetries || !isRetryable(request, response, err) {
			return cancelOnClose(response, cancel), err
		}
		repeated, ok := rewind(request)
		delay := delayBefore(max(attempt, 0), response)
		if !ok || exceedsDeadline(ctx, delay) {
			return cancelOnClose(response, cancel), err
		}
		waiting := caller
		if err != nil {
			// The server may have done the write, so the retry must happen even if the caller has left.
			waiting = ctx
		}
		drain(response)
		if err := r.sleep(waiting, delay); err != nil {
			cancel()
			return nil, err
		}
		request = repeated
	}
}

// requestContext returns the context of a request: for a read the caller's, for a write one that only the deadline ends.
func requestContext(request *http.Request) (context.Context, context.CancelFunc) {
	ctx := request.Context()
	deadline, bounded := ctx.Deadline()
	if request.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	if !bounded {
		deadline = time.Now().Add(DefaultTimeout)
	}
	return context.WithDeadline(ctx, deadline)
}

// cancelingBody cancels the context of its request when it is closed.
type cancelingBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (c cancelingBody) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

func cancelOnClose(response *http.Response, cancel context.CancelFunc) *http.Response {
	if response == nil {
		cancel()
		return nil
	}
	response.Body = cancelingBody{response.Body, cancel}
	return response
}

// buffer reads the body of a response.
func buffer(response *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// drain discards the body of a response, so that its connection can be reused.
func drain(response *http.Response) {
	if response != nil {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
}

func isRetryable(request *http.Request, response *http.Response, err error) bool {
	if err != nil {
		// The policy expects the errors of http.Client.
		err = &url.Error{Op: request.Method, URL: request.URL.String(), Err: err}
	}
	retry, _ := retryablehttp.DefaultRetryPolicy(request.Context(), response, err)
	if !retry || isPermanent(err) {
		return false
	}
	rejected := err == nil && (response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable)
	// Without a key, repeating a create that reached the server would create a second object.
	return rejected || request.Method != http.MethodPost || request.Header.Get(idempotencyHeader) != ""
}

// isRateLimited reports a 429 that says when to try again.
func isRateLimited(response *http.Response, err error) bool {
	return err == nil && response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") != ""
}

// isPermanent reports TLS errors and unknown host names; the library's policy retries some.
func isPermanent(err error) bool {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var name *net.DNSError
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert) || errors.Is(err, http.ErrSchemeMismatch) ||
		(errors.As(err, &name) && name.IsNotFound)
}

// rewind returns a copy of a request with an unread body, or false if the body cannot be read twice.
func rewind(request *http.Request) (*http.Request, bool) {
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

// delayBefore returns Retry-After, or a delay that doubles with each attempt. The random part keeps clients that were rejected
// together from returning together.
func delayBefore(attempt int, response *http.Response) time.Duration {
	return retryablehttp.DefaultBackoff(minDelay, maxDelay, attempt, response) + rand.N(minDelay)
}

// exceedsDeadline reports whether a delay ends after the deadline. A negative delay has overflowed.
func exceedsDeadline(ctx context.Context, delay time.Duration) bool {
	deadline, _ := ctx.Deadline()
	return delay < 0 || time.Until(deadline) <= delay
}

// Sleep waits, or returns the context's error when the context ends first.
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
