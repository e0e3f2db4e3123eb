package api

import (
	"net/http"
	"net/url"
	"strings"
)

// RedirectError reports a redirect of the gateway. Redirects are never followed: for 301, 302 and 303 Go sends GET instead of
// PUT and DELETE, and the success of the GET would be mistaken for the success of the write.
type RedirectError struct {
	// Location is the target, without user info, query and fragment, which may contain credentials.
	Location string
	// Gateway is the value to set as the gateway; empty if the target is not a path of the API.
	Gateway string
}

// Error implements error.
func (r *RedirectError) Error() string {
	if r.Gateway == "" {
		return "the gateway redirects to " + r.Location + ", which is not the API: set gateway to the server's own base URL"
	}
	return "the gateway redirects to " + r.Location + ": set gateway to " + r.Gateway
}

// rejectRedirects returns the CheckRedirect function for a gateway with a base path.
func rejectRedirects(basePath string) func(*http.Request, []*http.Request) error {
	basePath = strings.TrimRight(basePath, "/")
	return func(target *http.Request, via []*http.Request) error {
		shown := url.URL{Scheme: target.URL.Scheme, Host: target.URL.Host, Path: target.URL.Path}
		redirect := &RedirectError{Location: shown.String()}
		requested := strings.TrimPrefix(via[0].URL.Path, basePath)
		if path, ok := strings.CutSuffix(shown.Path, requested); ok {
			shown.Path = path
			redirect.Gateway = shown.String()
		}
		return redirect
	}
}
