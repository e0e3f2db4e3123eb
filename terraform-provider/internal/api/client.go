// Package api holds the generated client with its HTTP transport, and turns the server's problems into diagnostics.
package api

import (
	"crypto/rand"
	"crypto/tls"
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

// DefaultTimeout limits one request with all its retries, unless the caller sets a deadline.
const DefaultTimeout = 2 * time.Minute

// idempotencyHeader marks a create that can be repeated safely.
const idempotencyHeader = "Idempotency-Key"

// Client is the generated client with its prefetched objects.
type Client struct {
	*client.APIClient
	prefetches sync.Map
	writes     atomic.Int64
}

// Settings configure a client.
type Settings struct {
	// Gateway is the server's base URL without the path of the API.
	Gateway string
	// Token is an API token of the caller.
	Token string
	// CAFile is a PEM file of certificate authorities to trust in addition to the system's; may be empty.
	CAFile string
	// InsecureSkipVerify accepts any certificate.
	InsecureSkipVerify bool
	// Version is the version of the provider, and Terraform the version of Terraform, for the User-Agent.
	Version, Terraform string
}

// ErrGateway reports an invalid gateway. It does not show the gateway, whose user info or query may contain a credential.
var ErrGateway = errors.New(
	"the gateway must be the server's base URL, such as https://agyn.example.com, without user info, query or fragment")

// New creates a client. The error is ErrGateway, or a sentence about the CA file.
func New(settings Settings) (*Client, error) {
	base, err := url.Parse(settings.Gateway)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") ||
		base.User != nil || strings.ContainsAny(settings.Gateway, "?#") {
		return nil, ErrGateway
	}
	transport, err := transport(settings)
	if err != nil {
		return nil, err
	}
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: strings.TrimRight(settings.Gateway, "/") + "/api/v1"}}
	configuration.UserAgent = userAgent(settings)
	configuration.AddDefaultHeader("Authorization", "Bearer "+settings.Token)
	created := &Client{}
	configuration.HTTPClient = &http.Client{
		Transport: &writeCounter{
			next:   &contentRequirement{next: &retryTransport{next: &loggingTransport{next: transport}, sleep: Sleep}},
			writes: &created.writes,
		},
		CheckRedirect: rejectRedirects(base.Path),
	}
	created.APIClient = client.NewAPIClient(configuration)
	return created, nil
}

// NewIdempotencyKey returns the Idempotency-Key of one create, which its retries share.
func NewIdempotencyKey() string {
	return "terraform-" + rand.Text()
}

// transport keeps enough idle connections for -parallelism, which is 10 by default. Its proxy comes from the environment.
func transport(settings Settings) (http.RoundTripper, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	transport.MaxIdleConns = 64
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	transport.TLSClientConfig.InsecureSkipVerify = settings.InsecureSkipVerify
	if settings.CAFile == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(settings.CAFile)
	if err != nil {
		return nil, fmt.Errorf("the CA file cannot be read: %w", err)
	}
	trusted, err := x509.SystemCertPool()
	if err != nil {
		trusted = x509.NewCertPool()
	}
	if !trusted.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the CA file %s contains no PEM certificate", settings.CAFile)
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
