package api

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const masked = "***"

// credentialFields are the fields of request bodies, and of objects in them, whose values are masked.
var credentialFields = []string{"value", "token", "secret_id", "custom_headers"}

// loggingTransport logs each request and the status of its response at DEBUG, and the body of the request with masked
// credentials at TRACE. It logs no headers, which include the caller's token, and no bodies of responses, which include new API
// tokens.
type loggingTransport struct {
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (l *loggingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	fields := map[string]any{"method": request.Method, "path": request.URL.Path}
	if isTraceEnabled() && request.GetBody != nil {
		fields["body"] = maskedBody(request)
		tflog.Trace(request.Context(), "Sending a request", fields)
		delete(fields, "body")
	}
	start := time.Now()
	response, err := l.next.RoundTrip(request)
	fields["milliseconds"] = time.Since(start).Milliseconds()
	if err != nil {
		fields["error"] = err.Error()
	} else {
		fields["status"] = response.StatusCode
		fields["request_id"] = response.Header.Get("X-Request-Id")
	}
	tflog.Debug(request.Context(), "Sent a request", fields)
	return response, err
}

// isTraceEnabled reports whether Terraform logs at TRACE. Otherwise reading and masking each body is wasted time.
func isTraceEnabled() bool {
	return slices.ContainsFunc([]string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_AGYN"}, func(variable string) bool {
		level := strings.ToUpper(os.Getenv(variable))
		return level == "TRACE" || level == "JSON"
	})
}

// maskedBody returns the body of a request without credentials. It masks a body that it cannot read completely.
func maskedBody(request *http.Request) string {
	body, err := request.GetBody()
	if err != nil {
		return masked
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(body)
	if err != nil {
		return masked
	}
	return mask(text)
}

func mask(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	var content map[string]any
	if json.Unmarshal(text, &content) != nil {
		return masked
	}
	maskFields(content)
	shown, err := json.Marshal(content)
	if err != nil {
		return masked
	}
	return string(shown)
}

func maskFields(content map[string]any) {
	for name, value := range content {
		if slices.Contains(credentialFields, name) {
			content[name] = masked
		} else if inner, ok := value.(map[string]any); ok {
			maskFields(inner)
		}
	}
}
