// Package api connects the provider to the server: the generated client with its transport, and the server's problems as
// diagnostics.
package api

import (
	"fmt"
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
// caller; version is the provider's own, for the User-Agent. The error is a sentence about a gateway that is no http or
// https URL.
func New(gateway, token, version string) (*Client, error) {
	base, err := url.Parse(gateway)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("%q is no http or https URL; give the server's base URL, such as https://agyn.example.com", gateway)
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
