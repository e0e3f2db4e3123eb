package api

import (
	"net/http"

	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// pageSize is the most that the contract allows, so that a list takes the fewest calls.
const pageSize = 1000

// lister is what the generated client has for a list.
type lister[C, P any] interface {
	PageSize(int32) C
	PageToken(string) C
	Execute() (P, *http.Response, error)
}

// page is what the generated client answers for a list.
type page[T any] interface {
	GetItems() []T
	GetNextPageTokenOk() (*string, bool)
}

// All reads a list to its end.
func All[T any, C lister[C, P], P page[T]](list C) ([]T, error) {
	return AtMost[T](list, 0)
}

// AtMost reads a list until it has so many items, or to its end where that is 0.
func AtMost[T any, C lister[C, P], P page[T]](list C, most int64) ([]T, error) {
	var all []T
	size := int64(pageSize)
	if most > 0 {
		size = min(size, most)
	}
	for next := new(string); next != nil && (most == 0 || int64(len(all)) < most); {
		items, following, err := readItems[T](list.PageSize(int32(size)), *next)
		if err != nil {
			return nil, err
		}
		all, next = append(all, items...), following
	}
	return all, nil
}

// readItems reads the page with a token, or the first one where that is empty. The token of the next one is nil at the end.
func readItems[T any, C lister[C, P], P page[T]](list C, token string) ([]T, *string, error) {
	if token != "" {
		list = list.PageToken(token)
	}
	page, _, err := list.Execute()
	if err != nil {
		return nil, nil, err
	}
	next, _ := page.GetNextPageTokenOk()
	return page.GetItems(), next, nil
}

var _ page[client.Secret] = (*client.SecretList)(nil)
