// Package api connects the provider to the server: the generated client with its transport, and the server's problems as
// diagnostics.
package api

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// AnswerTimeout bounds one call with all of its retries, unless the caller gives another bound.
const AnswerTimeout = 2 * time.Minute

// idempotencyHeader is the header of a create that may be sent again.
const idempotencyHeader = "Idempotency-Key"

// Client is the generated client of the contract, and what it has read ahead.
type Client struct {
	*client.APIClient
	collections sync.Map
	writes      atomic.Int64
}

// Settings are what a client is made of.
type Settings struct {
	// Gateway is the server's base URL without the path of the API.
	Gateway string
	// Token is an API token of the caller.
	Token string
	// CAFile is a PEM file of authorities that are trusted beside the system's own; empty for none.
	CAFile string
	// Version is the provider's own, and Terraform that of what has started it, for the User-Agent.
	Version, Terraform string
}

// ErrGateway tells that the gateway is no base URL. It does not show it, since its user info or query may be a credential.
var ErrGateway = errors.New(
	"the gateway must be the server's base URL, such as https://agyn.example.com, without user info, query or fragment")

// New makes a client of the server. The error is a sentence: ErrGateway, or one about the file of authorities.
func New(settings Settings) (*Client, error) {
	base, err := url.Parse(settings.Gateway)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") ||
		base.User != nil || strings.ContainsAny(settings.Gateway, "?#") {
		return nil, ErrGateway
	}
	transport, err := transport(settings.CAFile)
	if err != nil {
		return nil, err
	}
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: strings.TrimRight(settings.Gateway, "/") + "/api/v1"}}
	configuration.UserAgent = userAgent(settings)
	configuration.AddDefaultHeader("Authorization", "Bearer "+settings.Token)
	made := &Client{}
	configuration.HTTPClient = &http.Client{
		Transport:     &counting{next: &contentful{next: &retrying{next: &logging{next: transport}, sleep: Sleep}}, writes: &made.writes},
		CheckRedirect: refuseRedirects(base.Path),
	}
	made.APIClient = client.NewAPIClient(configuration)
	return made, nil
}

// NewIdempotencyKey gives the key of one create: sent again with it, the create makes nothing again.
func NewIdempotencyKey() string {
	return "terraform-" + rand.Text()
}

// transport keeps as many idle connections as terraform has parallel operations by default, and some more. Proxies are
// taken from the environment.
func transport(caFile string) (http.RoundTripper, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	transport.MaxIdleConns = 64
	if caFile == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("the file of authorities cannot be read: %w", err)
	}
	trusted, err := x509.SystemCertPool()
	if err != nil {
		trusted = x509.NewCertPool()
	}
	if !trusted.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the file of authorities %s has no certificate in PEM", caFile)
	}
	transport.TLSClientConfig.RootCAs = trusted
	return transport, nil
}

func userAgent(settings Settings) string {
	agent := "terraform-provider-agyn/" + settings.Version
	if settings.Terraform != "" {
		agent += " Terraform/" + settings.Terraform
	}
	return fmt.Sprintf("%s (%s; %s)", agent, runtime.GOOS, runtime.GOARCH)
}
