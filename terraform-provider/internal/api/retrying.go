package api

import (
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

// retrying repeats what the server asks to repeat (429 and 503, after Retry-After where it is given), and reads whose
// connection failed. What it gives up on is answered as it was.
type retrying struct {
	next  http.RoundTripper
	sleep func(context.Context, time.Duration) error
}

// RoundTrip implements http.RoundTripper.
func (r *retrying) RoundTrip(request *http.Request) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		response, err := r.next.RoundTrip(request)
		if attempt == maxRetries || !retryable(request, response, err) {
			return response, err
		}
		repeated, ok := rewound(request)
		if !ok {
			return response, err
		}
		delay := delayBefore(attempt, response)
		if response != nil {
			// Read to its end, or the connection could not be used again.
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		if err := r.sleep(request.Context(), delay); err != nil {
			return nil, err
		}
		request = repeated
	}
}

func retryable(request *http.Request, response *http.Response, err error) bool {
	if err != nil {
		// A write may have reached the server before the connection broke.
		return request.Method == http.MethodGet && request.Context().Err() == nil
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
	if response != nil {
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds >= 0 {
			return min(time.Duration(seconds)*time.Second, maxRetryAfter) + jitter(firstDelay)
		}
	}
	delay := firstDelay << attempt
	return delay/2 + jitter(delay)
}

func jitter(most time.Duration) time.Duration {
	return rand.N(most)
}

func sleep(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
