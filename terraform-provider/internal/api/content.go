package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// contentRequirement rejects successful responses without content. The contract has them for deletions only; for others the
// generated client returns nil, and the provider would crash.
type contentRequirement struct {
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *contentRequirement) RoundTrip(request *http.Request) (*http.Response, error) {
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
		return nil, UserError(fmt.Sprintf("The server returned %d without content.%s", response.StatusCode, mayBeDone))
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
