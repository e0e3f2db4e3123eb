package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// contentful refuses a success without content, which the contract has for deletions alone: the generated client returns nil
// for it, and the provider would crash.
type contentful struct {
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *contentful) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.next.RoundTrip(request)
	if err != nil || response.StatusCode >= http.StatusMultipleChoices || request.Method == http.MethodDelete {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	if content := bytes.TrimSpace(body); len(content) == 0 || string(content) == "null" {
		return nil, Explanation(fmt.Sprintf("The server returned %d without content. If this was a write, it may have been done.", response.StatusCode))
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
