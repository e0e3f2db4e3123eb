// Package api connects the provider to the server: the generated client with its transport, and the server's problems as
// diagnostics.
package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// answerTimeout bounds one request with all of its retries.
const answerTimeout = 2 * time.Minute

// Client is the generated client of the contract.
type Client = client.APIClient

// New makes a client of the server at gateway, its base URL without the path of the API. The token is an API token of the
// caller; version is the provider's own, for the User-Agent. The error is a sentence about a gateway that is no base URL;
// it does not show the gateway, whose user info or query may be a credential.
func New(gateway, token, version string) (*Client, error) {
	base, err := url.Parse(gateway)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") ||
		base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("the gateway must be the server's base URL, such as https://agyn.example.com, without user info, query or fragment")
	}
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: strings.TrimRight(gateway, "/") + "/api/v1"}}
	configuration.UserAgent = "terraform-provider-agyn/" + version
	configuration.AddDefaultHeader("Authorization", "Bearer "+token)
	configuration.HTTPClient = &http.Client{
		Timeout:   answerTimeout,
		Transport: &retrying{next: transport(), sleep: sleep},
	}
	return client.NewAPIClient(configuration), nil
}

// transport keeps as many idle connections as terraform has parallel operations by default, and some more.
func transport() http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	return transport
}
