package api

import (
	"net/http"
	"net/url"
	"strings"
)

// RedirectError reports that the gateway redirects. Redirects are never followed: for 301, 302 and 303, Go sends GET
// instead of PUT and DELETE, and the success of that GET would pass for the success of the write.
type RedirectError struct {
	// Location is where the gateway redirects to, without user info, query and fragment, which may contain credentials.
	Location string
	// Gateway is the gateway to set instead; empty where the location is not a path of the API.
	Gateway string
}

// Error implements error.
func (r *RedirectError) Error() string {
	if r.Gateway == "" {
		return "the gateway redirects to " + r.Location + ", which is not the API: set gateway to the server's own base URL"
	}
	return "the gateway redirects to " + r.Location + ": set gateway to " + r.Gateway
}

// refuseRedirects returns the policy of a client whose gateway has the base path.
func refuseRedirects(basePath string) func(*http.Request, []*http.Request) error {
	basePath = strings.TrimRight(basePath, "/")
	return func(to *http.Request, via []*http.Request) error {
		shown := url.URL{Scheme: to.URL.Scheme, Host: to.URL.Host, Path: to.URL.Path}
		found := &RedirectError{Location: shown.String()}
		called := strings.TrimPrefix(via[0].URL.Path, basePath)
		if path, ok := strings.CutSuffix(shown.Path, called); ok {
			shown.Path = path
			found.Gateway = shown.String()
		}
		return found
	}
}
