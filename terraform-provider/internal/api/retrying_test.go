package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// scripted answers one thing after the other, and notes the bodies that it was sent.
type scripted struct {
	answers []answer
	bodies  []string
}

type answer struct {
	status     int
	retryAfter string
	err        error
}

func (s *scripted) RoundTrip(request *http.Request) (*http.Response, error) {
	body := ""
	if request.Body != nil {
		sent, _ := io.ReadAll(request.Body)
		body = string(sent)
	}
	next := s.answers[min(len(s.bodies), len(s.answers)-1)]
	s.bodies = append(s.bodies, body)
	if next.err != nil {
		return nil, next.err
	}
	header := http.Header{}
	header.Set("Retry-After", next.retryAfter)
	return &http.Response{StatusCode: next.status, Header: header, Body: http.NoBody}, nil
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
		if delays[i] > 2*firstDelay<<i {
			t.Errorf("waited %s before try %d", delays[i], i)
		}
	}
}

func TestABrokenConnectionIsTriedAgainForReadsAlone(t *testing.T) {
	broken := answer{err: errors.New("connection reset")}
	if server, _, response, err := run(t, http.MethodGet, "", broken, answer{status: 200}); err != nil || response.StatusCode != 200 {
		t.Errorf("a read: %v after %d tries", err, len(server.bodies))
	}
	if server, _, _, err := run(t, http.MethodPost, "body", broken, answer{status: 201}); err == nil || len(server.bodies) != 1 {
		t.Errorf("a write that may have reached the server was sent %d times", len(server.bodies))
	}
}

func TestARequestWhoseCallerLeavesIsNotRepeated(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("slept on: %v", err)
	}
}
