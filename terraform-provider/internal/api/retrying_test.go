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

// scripted answers one thing after the other, and notes the bodies that it was sent.
type scripted struct {
	answers []answer
	bodies  []string
	keys    []string
}

type answer struct {
	status     int
	retryAfter string
	err        error
	// Whether the connection is cut within the body.
	cut bool
}

// cut is what is left of an answer whose connection is.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (cut) Close() error { return nil }

func (s *scripted) RoundTrip(request *http.Request) (*http.Response, error) {
	body := ""
	if request.Body != nil {
		sent, _ := io.ReadAll(request.Body)
		body = string(sent)
	}
	next := s.answers[min(len(s.bodies), len(s.answers)-1)]
	s.bodies = append(s.bodies, body)
	s.keys = append(s.keys, request.Header.Get(idempotencyHeader))
	if next.err != nil {
		return nil, next.err
	}
	header := http.Header{}
	header.Set("Retry-After", next.retryAfter)
	response := &http.Response{StatusCode: next.status, Header: header, Body: http.NoBody}
	if next.cut {
		response.Body = cut{}
	}
	return response, nil
}

func run(t *testing.T, method, body string, answers ...answer) (*scripted, []time.Duration, *http.Response, error) {
	t.Helper()
	server := &scripted{answers: answers}
	var delays []time.Duration
	transport := &retrying{next: server, sleep: func(_ context.Context, delay time.Duration) error {
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

func TestWhatTheServerAsksToRepeatIsRepeatedWithItsBodyAfterTheTimeItAsksFor(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		server, delays, response, err := run(t, http.MethodPost, "body", answer{status: status, retryAfter: "7"}, answer{status: 201})
		if err != nil || response.StatusCode != 201 {
			t.Fatalf("after a %d: %v, %v", status, response, err)
		}
		if len(server.bodies) != 2 || server.bodies[0] != "body" || server.bodies[1] != "body" {
			t.Errorf("the server was sent %q", server.bodies)
		}
		if delays[0] < 7*time.Second || delays[0] > 8*time.Second {
			t.Errorf("waited %s where 7 s were asked for", delays[0])
		}
	}
}

func TestRepeatingEnds(t *testing.T) {
	server, delays, response, err := run(t, http.MethodGet, "", answer{status: 503})
	if err != nil || response.StatusCode != 503 {
		t.Fatalf("%v, %v", response, err)
	}
	if len(server.bodies) != maxRetries+1 {
		t.Errorf("tried %d times", len(server.bodies))
	}
	for i := 1; i < len(delays); i++ {
		if delays[i] > firstDelay<<i+firstDelay {
			t.Errorf("waited %s before try %d", delays[i], i)
		}
	}
}

func TestARetryAfterIsADateToo(t *testing.T) {
	at := time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat)
	_, delays, response, err := run(t, http.MethodGet, "", answer{status: 503, retryAfter: at}, answer{status: 200})
	if err != nil || response.StatusCode != 200 || delays[0] < 5*time.Second || delays[0] > 8*time.Second {
		t.Errorf("%v, %v, waited %v where some 7 s were asked for", response, err, delays)
	}
}

func TestARetryAfterBeyondTheDeadlineReturnsTheRefusalAtOnce(t *testing.T) {
	for _, asked := range []string{"120", "86400", "9223372036854775807"} {
		server, delays, response, err := run(t, http.MethodGet, "", answer{status: 429, retryAfter: asked}, answer{status: 200})
		if err != nil || response.StatusCode != 429 || len(server.bodies) != 1 || len(delays) != 0 {
			t.Errorf("Retry-After: %s: %v, %v after %v", asked, response, err, delays)
		}
	}
	_, delays, response, err := run(t, http.MethodGet, "", answer{status: 429, retryAfter: "60"}, answer{status: 200})
	if err != nil || response.StatusCode != 200 || len(delays) != 1 || delays[0] < time.Minute {
		t.Errorf("Retry-After: 60: %v, %v after %v", response, err, delays)
	}
}

func TestAServerErrorIsRetriedWhereThatCreatesNothingTwice(t *testing.T) {
	for _, status := range []int{500, 502, 504} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			if _, _, response, err := run(t, method, "body", answer{status: status}, answer{status: 200}); err != nil || response.StatusCode != 200 {
				t.Errorf("%s after a %d: %v, %v", method, status, response, err)
			}
		}
		if server, _, response, _ := run(t, http.MethodPost, "body", answer{status: status}, answer{status: 201}); response.StatusCode != status {
			t.Errorf("a create without a key was sent %d times after a %d", len(server.bodies), status)
		}
		server := &scripted{answers: []answer{{status: status}, {status: 201}}}
		create := request(t, t.Context(), http.MethodPost)
		create.Header.Set(idempotencyHeader, "k-1")
		if response, err := (&retrying{next: server, sleep: noSleep}).RoundTrip(create); err != nil || response.StatusCode != 201 {
			t.Errorf("a create with a key after a %d: %v, %v", status, response, err)
		}
	}
	if server, _, _, _ := run(t, http.MethodGet, "", answer{status: 501}, answer{status: 200}); len(server.bodies) != 1 {
		t.Error("a 501 is retried")
	}
}

func TestErrorsOfTLSAndOfTheHostNameAreNotRetried(t *testing.T) {
	for name, err := range map[string]error{
		"certificate": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"no TLS":      tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
		"plain HTTP":  http.ErrSchemeMismatch,
		"alert":       &net.OpError{Op: "remote error", Err: tls.AlertError(42)},
		"host name":   &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "agyn.test", IsNotFound: true}},
	} {
		if server, _, _, _ := run(t, http.MethodGet, "", answer{err: err}, answer{status: 200}); len(server.bodies) != 1 {
			t.Errorf("%s: sent %d times", name, len(server.bodies))
		}
	}
	temporary := &net.DNSError{Err: "server misbehaving", Name: "agyn.test", IsTemporary: true}
	if server, _, _, _ := run(t, http.MethodGet, "", answer{err: temporary}, answer{status: 200}); len(server.bodies) != 2 {
		t.Error("a temporary error of the name server is not retried")
	}
}

func TestALostAnswerIsAskedForAgainWhereThatMakesNothingTwice(t *testing.T) {
	broken := answer{err: errors.New("connection reset")}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		if server, _, response, err := run(t, method, "body", broken, answer{status: 200}); err != nil || response.StatusCode != 200 {
			t.Errorf("%s: %v after %d tries", method, err, len(server.bodies))
		}
	}
	if server, _, _, err := run(t, http.MethodPost, "body", broken, answer{status: 201}); err == nil || len(server.bodies) != 1 {
		t.Errorf("a create that may have reached the server was sent %d times", len(server.bodies))
	}
	if server, _, response, err := run(t, http.MethodPut, "body", answer{status: 200, cut: true}, answer{status: 200}); err != nil || response.StatusCode != 200 {
		t.Errorf("an answer that was cut within its body: %v after %d tries", err, len(server.bodies))
	}
	server := &scripted{answers: []answer{broken, {status: 201, cut: true}, {status: 201}}}
	create := request(t, t.Context(), http.MethodPost)
	create.Header.Set(idempotencyHeader, "k-1")
	response, err := (&retrying{next: server, sleep: noSleep}).RoundTrip(create)
	if err != nil || response.StatusCode != 201 || len(server.bodies) != 3 || server.keys[0] != "k-1" || server.keys[1] != "k-1" {
		t.Errorf("a create with a key: %v, %v, keys %v", response, err, server.keys)
	}
}

// A caller who leaves during a write would leave something behind that no state knows of.
func TestAWriteThatWasBegunIsWaitedFor(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		ctx, leave := context.WithCancel(t.Context())
		server := &leaving{leave: leave}
		response, err := (&retrying{next: server, sleep: Sleep}).RoundTrip(request(t, ctx, method))
		if err != nil || response.StatusCode != 201 {
			t.Errorf("%s is broken off: %v", method, err)
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	if _, err := (&retrying{next: &leaving{leave: leave}, sleep: Sleep}).RoundTrip(request(t, ctx, http.MethodGet)); err == nil {
		t.Error("a read is not broken off")
	}
}

func TestACreateWhoseAnswerIsLostWhileTheCallerLeavesIsFound(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	server := &leaving{leave: leave, loses: 1}
	create := request(t, ctx, http.MethodPost)
	create.Header.Set(idempotencyHeader, "k-1")
	if response, err := (&retrying{next: server, sleep: Sleep}).RoundTrip(create); err != nil || response.StatusCode != 201 {
		t.Errorf("it is not asked for again: %v", err)
	}
}

func TestATimeOutEndsAWrite(t *testing.T) {
	ctx, end := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer end()
	_, err := (&retrying{next: &leaving{leave: func() {}, takes: time.Minute}, sleep: Sleep}).RoundTrip(request(t, ctx, http.MethodPut))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it goes on: %v", err)
	}
}

func TestAWriteThatIsRefusedForNowIsNotRepeatedForACallerWhoHasLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	server := &scripted{answers: []answer{{status: 503}}}
	_, err := (&retrying{next: server, sleep: func(waiting context.Context, delay time.Duration) error {
		leave()
		return Sleep(waiting, delay)
	}}).RoundTrip(request(t, ctx, http.MethodPut))
	if !errors.Is(err, context.Canceled) || len(server.bodies) != 1 {
		t.Errorf("sent %d times: %v", len(server.bodies), err)
	}
}

// leaving is a server whose caller leaves while it works.
type leaving struct {
	leave context.CancelFunc
	loses int
	takes time.Duration
}

func (l *leaving) RoundTrip(request *http.Request) (*http.Response, error) {
	l.leave()
	select {
	case <-request.Context().Done():
		return nil, request.Context().Err()
	case <-time.After(max(l.takes, time.Millisecond)):
	}
	if l.loses > 0 {
		l.loses--
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

func TestARequestWhoseCallerLeavesIsNotRepeated(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("slept on: %v", err)
	}
}
