package api

import (
	"net/http"
)

// ErrChanged tells that a thing is not as the plan knew it.
const ErrChanged = Explanation("It was changed elsewhere after the plan was made, so nothing was written. Plan and apply again.")

// maxRaces bounds how often an update meets a change between its read and its write.
const maxRaces = 5

// UpdateUnchanged replaces a thing, unless it is not as planned any more: ErrChanged. Whatever else of it changes meanwhile,
// such as what the server counts, is no reason to fail.
//
// The plan's own entity tag would not do: it covers what other changes of the same apply bring about, and a list has none.
func UpdateUnchanged[T any](one Getter[T], isAsPlanned func(*T) bool, replace func(entityTag string) Getter[T]) (*T, error) {
	var err error
	for range maxRaces {
		current, answer, failure := one.Execute()
		if failure != nil {
			return nil, failure
		}
		if !isAsPlanned(current) {
			return nil, ErrChanged
		}
		var updated *T
		updated, answer, err = replace(answer.Header.Get("ETag")).Execute()
		if answer == nil || answer.StatusCode != http.StatusPreconditionFailed {
			return updated, err
		}
	}
	return nil, err
}
