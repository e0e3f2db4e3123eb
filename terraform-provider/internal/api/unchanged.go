package api

import (
	"net/http"
)

// ErrChanged reports that an object differs from the plan.
const ErrChanged = UserError("It was changed outside of Terraform after the plan, so nothing was written. Plan and apply again.")

// maxConflicts limits how often an update is repeated because of a change between its read and its write.
const maxConflicts = 5

// UpdateIfUnchanged replaces an object with If-Match, and returns ErrChanged if isAsPlanned rejects its current state. Other
// changes meanwhile, such as counters of the server, do not matter.
//
// The entity tag of the refresh would not do: it covers values that other changes of the same apply affect, and lists have no
// tags.
func UpdateIfUnchanged[T any](one Request[T], isAsPlanned func(*T) bool, replace func(entityTag string) Request[T]) (*T, error) {
	var updateErr error
	for range maxConflicts {
		current, read, err := one.Execute()
		if err != nil {
			return nil, err
		}
		if !isAsPlanned(current) {
			return nil, ErrChanged
		}
		var updated *T
		var written *http.Response
		updated, written, updateErr = replace(read.Header.Get("ETag")).Execute()
		if written == nil || written.StatusCode != http.StatusPreconditionFailed {
			return updated, updateErr
		}
	}
	return nil, updateErr
}

// LastResponse is a request that keeps its last response, nil without one.
type LastResponse[T any] struct {
	Request[T]
	Response *http.Response
}

// Execute implements Request.
func (l *LastResponse[T]) Execute() (*T, *http.Response, error) {
	found, response, err := l.Request.Execute()
	l.Response = response
	return found, response, err
}
