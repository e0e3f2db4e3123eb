package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// scripted is a transport with a list of outcomes. It records the requests.
type scripted struct {
	outcomes []outcome
	bodies   []string
	keys     []string
}

type outcome struct {
	status     int
	retryAfter string
	err        error
	// truncated breaks the connection within the body.
	truncated bool
}

// truncatedBody is the rest of a body after the connection broke.
type truncatedBody struct{}

func (truncatedBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (truncatedBody) Close() error { return nil }

func (s *scripted) RoundTrip(request *http.Request) (*http.Response, error) {
	body := ""
	if request.Body != nil {
		sent, _ := io.ReadAll(request.Body)
		body = string(sent)
	}
	next := s.outcomes[min(len(s.bodies), len(s.outcomes)-1)]
	s.bodies = append(s.bodies, body)
	s.keys = append(s.keys, request.Header.Get(idempotencyHeader))
	if next.err != nil {
		return nil, next.err
	}
	header := http.Header{}
	header.Set("Retry-After", next.retryAfter)
	response := &http.Response{StatusCode: next.status, Header: header, Body: http.NoBody}
	if next.truncated {
		response.Body = truncatedBody{}
	}
	return response, nil
}

func run(t *testing.T, method, body string, outcomes ...outcome) (*scripted, []time.Duration, *http.Response, error) {
	t.Helper()
	server := &scripted{outcomes: outcomes}
	var delays []time.Duration
	transport := &retryTransport{next: server, sleep: func(_ context.Context, delay time.Duration) error {
		delays = append(delays, delay)
		return nil
	}}
	request, err := http.NewRequestWithContext(t.Context(), method, "http://agyn.test", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	return server, delays, response, err
}

func TestRetriesAfterRetryAfterWithTheSameBody(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		server, delays, response, err := run(t, http.MethodPost, "body", outcome{status: status, retryAfter: "7"}, outcome{status: 201})
		if err != nil || response.StatusCode != 201 {
			t.Fatalf("after a %d: %v, %v", status, response, err)
		}
		if len(server.bodies) != 2 || server.bodies[0] != "body" || server.bodies[1] != "body" {
			t.Errorf("the server received %q", server.bodies)
		}
		if delays[0] < 7*time.Second || delays[0] > 8*time.Second {
			t.Errorf("waited %s instead of 7 s", delays[0])
		}
	}
}

func TestRetriesEnd(t *testing.T) {
	server, delays, response, err := run(t, http.MethodGet, "", outcome{status: 503})
	if err != nil || response.StatusCode != 503 {
		t.Fatalf("%v, %v", response, err)
	}
	if len(server.bodies) != maxRetries+1 {
		t.Errorf("tried %d times", len(server.bodies))
	}
	for i := 1; i < len(delays); i++ {
		if delays[i] > minDelay<<i+minDelay {
			t.Errorf("waited %s before try %d", delays[i], i)
		}
	}
}

func TestRateLimitIsAwaitedHoweverOften(t *testing.T) {
	outcomes := make([]outcome, 0, maxRateLimited+1)
	for range maxRateLimited {
		outcomes = append(outcomes, outcome{status: 429, retryAfter: "1"})
	}
	server, delays, response, err := run(t, http.MethodPost, "body", append(outcomes, outcome{status: 201})...)
	if err != nil || response.StatusCode != 201 || len(server.bodies) != maxRateLimited+1 || server.bodies[maxRateLimited] != "body" {
		t.Fatalf("%v, %v after %d requests", response, err, len(server.bodies))
	}
	for _, delay := range delays {
		if delay < time.Second || delay > 2*time.Second {
			t.Errorf("waited %s instead of 1 s", delay)
		}
	}
	server, _, response, err = run(t, http.MethodGet, "", outcome{status: 429, retryAfter: "1"})
	if err != nil || response.StatusCode != 429 || len(server.bodies) != maxRateLimited+maxRetries+1 {
		t.Errorf("%v, %v after %d requests", response, err, len(server.bodies))
	}
}

func TestRetryAfterMayBeADate(t *testing.T) {
	at := time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat)
	_, delays, response, err := run(t, http.MethodGet, "", outcome{status: 503, retryAfter: at}, outcome{status: 200})
	if err != nil || response.StatusCode != 200 || delays[0] < 5*time.Second || delays[0] > 8*time.Second {
		t.Errorf("%v, %v, waited %v instead of about 7 s", response, err, delays)
	}
}

func TestRetryAfterBeyondTheDeadlineFailsAtOnce(t *testing.T) {
	for _, retryAfter := range []string{"120", "86400", "9223372036854775807"} {
		server, delays, response, err := run(t, http.MethodGet, "", outcome{status: 429, retryAfter: retryAfter}, outcome{status: 200})
		if err != nil || response.StatusCode != 429 || len(server.bodies) != 1 || len(delays) != 0 {
			t.Errorf("Retry-After: %s: %v, %v after %v", retryAfter, response, err, delays)
		}
	}
	_, delays, response, err := run(t, http.MethodGet, "", outcome{status: 429, retryAfter: "60"}, outcome{status: 200})
	if err != nil || response.StatusCode != 200 || len(delays) != 1 || delays[0] < time.Minute {
		t.Errorf("Retry-After: 60: %v, %v after %v", response, err, delays)
	}
}

func TestServerErrorIsRetriedIfSafe(t *testing.T) {
	for _, status := range []int{500, 502, 504} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			if _, _, response, err := run(t, method, "body", outcome{status: status}, outcome{status: 200}); err != nil || response.StatusCode != 200 {
				t.Errorf("%s after a %d: %v, %v", method, status, response, err)
			}
		}
		if server, _, response, _ := run(t, http.MethodPost, "body", outcome{status: status}, outcome{status: 201}); response.StatusCode != status {
			t.Errorf("a create without a key was sent %d times after a %d", len(server.bodies), status)
		}
		server := &scripted{outcomes: []outcome{{status: status}, {status: 201}}}
		create := request(t, t.Context(), http.MethodPost)
		create.Header.Set(idempotencyHeader, "k-1")
		if response, err := (&retryTransport{next: server, sleep: noSleep}).RoundTrip(create); err != nil || response.StatusCode != 201 {
			t.Errorf("a create with a key after a %d: %v, %v", status, response, err)
		}
	}
	if server, _, _, _ := run(t, http.MethodGet, "", outcome{status: 501}, outcome{status: 200}); len(server.bodies) != 1 {
		t.Error("a 501 is retried")
	}
}

func TestTLSAndHostNameErrorsAreNotRetried(t *testing.T) {
	for name, err := range map[string]error{
		"certificate": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"no TLS":      tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
		"plain HTTP":  http.ErrSchemeMismatch,
		"alert":       &net.OpError{Op: "remote error", Err: tls.AlertError(42)},
		"host name":   &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "agyn.test", IsNotFound: true}},
	} {
		if server, _, _, _ := run(t, http.MethodGet, "", outcome{err: err}, outcome{status: 200}); len(server.bodies) != 1 {
			t.Errorf("%s: sent %d times", name, len(server.bodies))
		}
	}
	temporary := &net.DNSError{Err: "server misbehaving", Name: "agyn.test", IsTemporary: true}
	if server, _, _, _ := run(t, http.MethodGet, "", outcome{err: temporary}, outcome{status: 200}); len(server.bodies) != 2 {
		t.Error("a temporary error of the name server is not retried")
	}
}

func TestLostResponseIsRetriedIfSafe(t *testing.T) {
	lost := outcome{err: errors.New("connection reset")}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		if server, _, response, err := run(t, method, "body", lost, outcome{status: 200}); err != nil || response.StatusCode != 200 {
			t.Errorf("%s: %v after %d tries", method, err, len(server.bodies))
		}
	}
	if server, _, _, err := run(t, http.MethodPost, "body", lost, outcome{status: 201}); err == nil || len(server.bodies) != 1 {
		t.Errorf("a create that may have reached the server was sent %d times", len(server.bodies))
	}
	if server, _, response, err := run(t, http.MethodPut, "body", outcome{status: 200, truncated: true}, outcome{status: 200}); err != nil || response.StatusCode != 200 {
		t.Errorf("a truncated response: %v after %d tries", err, len(server.bodies))
	}
	server := &scripted{outcomes: []outcome{lost, {status: 201, truncated: true}, {status: 201}}}
	create := request(t, t.Context(), http.MethodPost)
	create.Header.Set(idempotencyHeader, "k-1")
	response, err := (&retryTransport{next: server, sleep: noSleep}).RoundTrip(create)
	if err != nil || response.StatusCode != 201 || len(server.bodies) != 3 || server.keys[0] != "k-1" || server.keys[1] != "k-1" {
		t.Errorf("a create with a key: %v, %v, keys %v", response, err, server.keys)
	}
}

// Otherwise an object could be created that no state contains.
func TestWriteOutlivesItsCaller(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		ctx, cancel := context.WithCancel(t.Context())
		server := &canceling{cancel: cancel}
		response, err := (&retryTransport{next: server, sleep: Sleep}).RoundTrip(request(t, ctx, method))
		if err != nil || response.StatusCode != 201 {
			t.Errorf("%s ends early: %v", method, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := (&retryTransport{next: &canceling{cancel: cancel}, sleep: Sleep}).RoundTrip(request(t, ctx, http.MethodGet)); err == nil {
		t.Error("a read does not end")
	}
}

func TestLostCreateIsRetriedDespiteCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := &canceling{cancel: cancel, losses: 1}
	create := request(t, ctx, http.MethodPost)
	create.Header.Set(idempotencyHeader, "k-1")
	if response, err := (&retryTransport{next: server, sleep: Sleep}).RoundTrip(create); err != nil || response.StatusCode != 201 {
		t.Errorf("the create is not retried: %v", err)
	}
}

func TestTimeoutEndsAWrite(t *testing.T) {
	ctx, end := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer end()
	_, err := (&retryTransport{next: &canceling{cancel: func() {}, takes: time.Minute}, sleep: Sleep}).RoundTrip(request(t, ctx, http.MethodPut))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the write continues: %v", err)
	}
}

func TestRejectedWriteIsNotRetriedAfterCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := &scripted{outcomes: []outcome{{status: 503}}}
	_, err := (&retryTransport{next: server, sleep: func(waiting context.Context, delay time.Duration) error {
		cancel()
		return Sleep(waiting, delay)
	}}).RoundTrip(request(t, ctx, http.MethodPut))
	if !errors.Is(err, context.Canceled) || len(server.bodies) != 1 {
		t.Errorf("sent %d times: %v", len(server.bodies), err)
	}
}

// canceling is a transport whose caller cancels during the request.
type canceling struct {
	cancel context.CancelFunc
	losses int
	takes  time.Duration
}

func (c *canceling) RoundTrip(request *http.Request) (*http.Response, error) {
	c.cancel()
	select {
	case <-request.Context().Done():
		return nil, request.Context().Err()
	case <-time.After(max(c.takes, time.Millisecond)):
	}
	if c.losses > 0 {
		c.losses--
		return nil, errors.New("connection reset")
	}
	return &http.Response{StatusCode: http.StatusCreated, Body: http.NoBody}, nil
}

func request(t *testing.T, ctx context.Context, method string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, "http://agyn.test", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func noSleep(context.Context, time.Duration) error { return nil }

func TestSleepEndsOnCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("the sleep continues: %v", err)
	}
}
