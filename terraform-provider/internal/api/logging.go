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

// credentials are the fields of requests and answers whose values are masked, with all that is in them.
var credentials = []string{"value", "token", "custom_headers"}

// logging notes each request and what became of it in terraform's log: at DEBUG what was asked and answered, at TRACE the
// body of the request, with its credentials masked. Headers are not noted: one of them is the caller's token. Nor are bodies
// of answers: a new API token is in one.
type logging struct {
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (l *logging) RoundTrip(request *http.Request) (*http.Response, error) {
	fields := map[string]any{"method": request.Method, "path": request.URL.Path}
	if tracing() && request.GetBody != nil {
		fields["body"] = bodyOf(request)
		tflog.Trace(request.Context(), "Asking the server", fields)
		delete(fields, "body")
	}
	began := time.Now()
	response, err := l.next.RoundTrip(request)
	fields["milliseconds"] = time.Since(began).Milliseconds()
	if err != nil {
		fields["error"] = err.Error()
	} else {
		fields["status"] = response.StatusCode
		fields["request_id"] = response.Header.Get("X-Request-Id")
	}
	tflog.Debug(request.Context(), "Asked the server", fields)
	return response, err
}

// tracing tells whether terraform's log shows what is noted at TRACE. To find out is cheaper than to read each body.
func tracing() bool {
	return slices.ContainsFunc([]string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_AGYN"}, func(variable string) bool {
		level := strings.ToUpper(os.Getenv(variable))
		return level == "TRACE" || level == "JSON"
	})
}

// bodyOf gives the body of a request without its credentials; one that cannot be read is not shown at all.
func bodyOf(request *http.Request) string {
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
	for _, name := range credentials {
		if _, ok := content[name]; ok {
			content[name] = masked
		}
	}
	shown, err := json.Marshal(content)
	if err != nil {
		return masked
	}
	return string(shown)
}
