package api

import (
	"net/http"
)

// maxPageSize is the maximum of the contract, so that a list takes the fewest requests.
const maxPageSize = 1000

// listRequest is a list request of the generated client.
type listRequest[R, P any] interface {
	PageSize(int32) R
	PageToken(string) R
	Execute() (P, *http.Response, error)
}

// listPage is the response to a listRequest.
type listPage[T any] interface {
	GetItems() []T
	GetNextPageTokenOk() (*string, bool)
}

// List reads all pages of a list, or its first items if limit is not 0.
func List[T any, R listRequest[R, P], P listPage[T]](list R, limit int64) ([]T, error) {
	var all []T
	size := int64(maxPageSize)
	if limit > 0 {
		size = min(size, limit)
	}
	for next := new(string); next != nil && (limit == 0 || int64(len(all)) < limit); {
		items, following, err := readItems[T](list.PageSize(int32(size)), *next)
		if err != nil {
			return nil, err
		}
		all, next = append(all, items...), following
	}
	if limit > 0 && int64(len(all)) > limit {
		all = all[:limit]
	}
	return all, nil
}

// readItems reads the page with a token, empty for the first page. It returns the token of the next page, nil after the last.
func readItems[T any, R listRequest[R, P], P listPage[T]](list R, token string) ([]T, *string, error) {
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
