package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// Explanation is an error in whole sentences for the user.
type Explanation string

// Error implements error.
func (e Explanation) Error() string {
	return string(e)
}

// IsNotFound tells whether the server answered that the thing in the path is not there. A reference in the body that is
// not there has the same status and another code.
func IsNotFound(response *http.Response, err error) bool {
	return response != nil && response.StatusCode == http.StatusNotFound && hasCode(err, "not_found")
}

// IsLastOwner tells whether the server refused to leave an organization without an owner.
func IsLastOwner(err error) bool {
	return hasCode(err, "last_owner")
}

// IsSecretInUse tells whether the server refused to delete a secret that is in use.
func IsSecretInUse(err error) bool {
	return hasCode(err, "secret_in_use")
}

func hasCode(err error, code string) bool {
	problem, ok := problemOf(err)
	return ok && problem.Code == code
}

// IsUnauthenticated tells whether the server refused the API token.
func IsUnauthenticated(response *http.Response) bool {
	return response != nil && response.StatusCode == http.StatusUnauthorized
}

// Diagnose turns what a call answered into diagnostics: each violation on the attribute that its pointer names, anything
// else as one diagnostic with the server's sentence, its code and the request's id. The summary says what was tried. The
// pairs of names say where the provider has another attribute for a field than the field's own.
func Diagnose(summary string, err error, renamed ...string) diag.Diagnostics {
	var diagnostics diag.Diagnostics
	problem, ok := problemOf(err)
	if !ok {
		diagnostics.AddError(summary, unreachable(err))
		return diagnostics
	}
	origin := fmt.Sprintf("(%d %s, request id %s)", problem.Status, problem.Code, problem.RequestId)
	for _, violation := range problem.Errors {
		detail := fmt.Sprintf("%s\n\n%s", violation.Detail, origin)
		if attribute, ok := attributeAt(violation.GetPointer(), renamed); ok {
			diagnostics.AddAttributeError(attribute, summary, detail)
		} else {
			diagnostics.AddError(summary, detail)
		}
	}
	if len(problem.Errors) == 0 {
		diagnostics.AddError(summary, fmt.Sprintf("%s\n\n%s", problem.Detail, origin))
	}
	return diagnostics
}

// attributeAt reads a JSON pointer (RFC 6901) as the path of an attribute, or of an entry of a map.
func attributeAt(pointer string, renamed []string) (path.Path, bool) {
	tokens := strings.Split(pointer, "/")
	if len(tokens) < 2 || tokens[0] != "" || tokens[1] == "" {
		return path.Empty(), false
	}
	name := unescape(tokens[1])
	for i := 0; i+1 < len(renamed); i += 2 {
		if renamed[i] == name {
			name = renamed[i+1]
			break
		}
	}
	attribute := path.Root(name)
	for _, token := range tokens[2:] {
		attribute = attribute.AtMapKey(unescape(token))
	}
	return attribute, true
}

func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

// problemOf reads the problem that the server answered. The generated client has read it already where the contract lists
// the status for the operation; an answer of a newer server, or of what stands before it, may have another.
func problemOf(err error) (client.Problem, bool) {
	var failure *client.GenericOpenAPIError
	if !errors.As(err, &failure) {
		return client.Problem{}, false
	}
	// A gateway in front of the server may respond with the status of a problem and without one.
	if problem, ok := failure.Model().(client.Problem); ok && problem.Code != "" {
		return problem, true
	}
	var problem client.Problem
	if json.Unmarshal(failure.Body(), &problem) != nil || problem.Code == "" {
		return client.Problem{}, false
	}
	return problem, true
}

// IsOfAnotherVersion tells whether an answer is none that the contract of this provider knows, although a server of the
// API has sent it.
func IsOfAnotherVersion(err error) bool {
	var failure *client.GenericOpenAPIError
	if !errors.As(err, &failure) {
		return false
	}
	_, isProblem := problemOf(err)
	return !isProblem && len(failure.Body()) > 0 && json.Valid(failure.Body())
}

func unreachable(err error) string {
	var redirect *RedirectError
	var explanation Explanation
	switch {
	case errors.As(err, &redirect):
		return "Nothing was done: " + redirect.Error() + "."
	case errors.As(err, &explanation):
		return explanation.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "The server did not respond in time. A timeouts block in the resource sets another time-out. If this was a write, it may have " +
			"been done."
	case errors.Is(err, context.Canceled):
		return "Terraform was interrupted before the server responded."
	case IsOfAnotherVersion(err):
		return fmt.Sprintf("The server answered what this version of the provider does not know (%s). The versions of server and provider "+
			"do not fit: use a provider of the server's version. If this was a write, it may have been done.", err)
	}
	var asked *url.Error
	var answered *client.GenericOpenAPIError
	if !errors.As(err, &asked) && !errors.As(err, &answered) {
		// The generated client refuses to send what the contract does not allow.
		return fmt.Sprintf("The request was not sent: %s.", err)
	}
	return fmt.Sprintf("The server at the provider's gateway did not answer as it should: %s. Check that gateway is right and the server runs.", err)
}
