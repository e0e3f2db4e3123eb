package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// UserError is an error in whole sentences for the user.
type UserError string

// Error implements error.
func (e UserError) Error() string {
	return string(e)
}

// mayBeDone follows the report of a lost or unreadable response.
const mayBeDone = " If this was a write, the server may have done it."

// IsNotFound reports whether the object in the path does not exist. A missing reference in the body has the same status and
// another code.
func IsNotFound(response *http.Response, err error) bool {
	return response != nil && response.StatusCode == http.StatusNotFound && hasCode(err, "not_found")
}

// IsLastOwner reports whether the server refused to remove the last active owner of an organization.
func IsLastOwner(err error) bool {
	return hasCode(err, "last_owner")
}

// IsSecretInUse reports whether the server refused to delete a secret that is in use.
func IsSecretInUse(err error) bool {
	return hasCode(err, "secret_in_use")
}

// IsSecretProviderInUse reports whether the server refused to delete a secret provider that is in use.
func IsSecretProviderInUse(err error) bool {
	return hasCode(err, "secret_provider_in_use")
}

func hasCode(err error, code string) bool {
	problem, ok := problemOf(err)
	return ok && problem.Code == code
}

// IsUnauthenticated reports whether the server rejected the API token.
func IsUnauthenticated(response *http.Response) bool {
	return response != nil && response.StatusCode == http.StatusUnauthorized
}

// Diagnose turns the error of a request into diagnostics. Each violation becomes one on the top-level attribute of its pointer,
// and names the path below it; any other problem becomes one with the server's detail, code and request id. The summary names
// the failed action. renamed holds pairs of a field, such as token or config.token, and the name of its attribute, where the
// names differ.
func Diagnose(summary string, err error, renamed ...string) diag.Diagnostics {
	var diagnostics diag.Diagnostics
	problem, ok := problemOf(err)
	if !ok {
		diagnostics.AddError(summary, explain(err))
		return diagnostics
	}
	origin := fmt.Sprintf("(%d %s, request id %s)", problem.Status, problem.Code, problem.RequestId)
	for _, violation := range problem.Errors {
		detail := fmt.Sprintf("%s\n\n%s", violation.Detail, origin)
		attribute, ok := attributeAt(violation.GetPointer(), renamed)
		switch {
		case !ok:
			diagnostics.AddError(summary, detail)
		case len(attribute.Steps()) > 1:
			// Terraform shows the line of a top-level attribute only.
			root, _ := attribute.Steps()[0].(path.PathStepAttributeName)
			diagnostics.AddAttributeError(path.Root(string(root)), summary, fmt.Sprintf("%s: %s", attribute, detail))
		default:
			diagnostics.AddAttributeError(attribute, summary, detail)
		}
	}
	if len(problem.Errors) == 0 {
		diagnostics.AddError(summary, fmt.Sprintf("%s\n\n%s", problem.Detail, origin))
	}
	return diagnostics
}

// objects are the fields whose members are attributes. The members of other fields are map entries.
var objects = []string{"config"}

// attributeAt turns a JSON pointer (RFC 6901) into the path of an attribute or of a map entry.
func attributeAt(pointer string, renamed []string) (path.Path, bool) {
	names := strings.Split(pointer, "/")
	if len(names) < 2 || names[0] != "" || names[1] == "" {
		return path.Empty(), false
	}
	names = names[1:]
	for i := range names {
		names[i] = unescape(names[i])
	}
	attributes := 1
	if slices.Contains(objects, names[0]) {
		attributes = min(2, len(names))
	}
	field := strings.Join(names[:attributes], ".")
	for i := 0; i+1 < len(renamed); i += 2 {
		if renamed[i] == field {
			names[attributes-1] = renamed[i+1]
			break
		}
	}
	at := path.Root(names[0])
	for _, name := range names[1:attributes] {
		at = at.AtName(name)
	}
	for _, key := range names[attributes:] {
		at = at.AtMapKey(key)
	}
	return at, true
}

func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

// problemOf returns the problem in an error. The generated client decodes it only for the statuses that the contract lists for
// the operation; a newer server, or a gateway in front of it, may return others.
func problemOf(err error) (client.Problem, bool) {
	var failure *client.GenericOpenAPIError
	if !errors.As(err, &failure) {
		return client.Problem{}, false
	}
	// A gateway in front of the server may return one of these statuses without a problem.
	if problem, ok := failure.Model().(client.Problem); ok && problem.Code != "" {
		return problem, true
	}
	var problem client.Problem
	if json.Unmarshal(failure.Body(), &problem) != nil || problem.Code == "" {
		return client.Problem{}, false
	}
	return problem, true
}

// IsIncompatible reports whether a response is JSON but does not match the contract of this provider.
func IsIncompatible(err error) bool {
	var failure *client.GenericOpenAPIError
	if !errors.As(err, &failure) {
		return false
	}
	_, isProblem := problemOf(err)
	return !isProblem && len(failure.Body()) > 0 && json.Valid(failure.Body())
}

// explain describes an error without a problem.
func explain(err error) string {
	var redirect *RedirectError
	var userError UserError
	switch {
	case errors.As(err, &redirect):
		return "Nothing was done: " + redirect.Error() + "."
	case errors.As(err, &userError):
		return userError.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "The server did not respond in time. Set another time-out with a timeouts block in the resource." + mayBeDone
	case errors.Is(err, context.Canceled):
		return "Terraform was interrupted before the server responded."
	case IsIncompatible(err):
		return fmt.Sprintf("The response does not match this version of the provider (%s). Use a provider of the server's version.%s", err, mayBeDone)
	}
	var connection *url.Error
	var response *client.GenericOpenAPIError
	if !errors.As(err, &connection) && !errors.As(err, &response) {
		// The generated client validates requests against the contract.
		return fmt.Sprintf("The request was not sent: %s.", err)
	}
	return fmt.Sprintf("Unexpected response from the provider's gateway: %s. Check the gateway, and that the server runs.", err)
}
