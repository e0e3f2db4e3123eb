package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
)

// conflicting is a server with one organization, whose entity tag changes during the first updates.
type conflicting struct {
	conflicts, tag, writes int
	name                   string
}

func (c *conflicting) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	tag := fmt.Sprintf("%q", fmt.Sprint(c.tag))
	if request.Method == http.MethodPut && request.Header.Get("If-Match") != tag {
		writer.Header().Set("Content-Type", "application/problem+json")
		writer.WriteHeader(http.StatusPreconditionFailed)
		_, _ = fmt.Fprint(writer, `{"type":"about:blank","title":"Precondition Failed","status":412,"code":"precondition_failed","detail":"It was changed.","request_id":"r"}`)
		return
	}
	if request.Method == http.MethodPut {
		c.writes++
	} else if c.conflicts > 0 {
		c.conflicts--
		c.tag++
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.Header().Set("ETag", tag)
	_ = json.NewEncoder(writer).Encode(client.Organization{Id: organization, Name: c.name, Slug: "a"})
}

func update(t *testing.T, server *conflicting) error {
	t.Helper()
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	caller, err := api.New(api.Settings{Gateway: listener.URL, Token: "agyn_test"})
	if err != nil {
		t.Fatal(err)
	}
	replace := caller.OrganizationsAPI.UpdateOrganization(t.Context(), organization).OrganizationUpdate(client.OrganizationUpdate{Name: "b"})
	_, err = api.UpdateIfUnchanged(caller.OrganizationsAPI.GetOrganization(t.Context(), organization),
		func(now *client.Organization) bool { return now.Name == "a" },
		func(entityTag string) api.Request[client.Organization] { return replace.IfMatch(entityTag) })
	return err
}

func TestUpdateOfAChangedObjectWritesNothing(t *testing.T) {
	server := &conflicting{name: "changed"}
	if err := update(t, server); !errors.Is(err, api.ErrChanged) || server.writes != 0 {
		t.Errorf("%v after %d writes", err, server.writes)
	}
}

func TestUpdateRetriesAfterUnrelatedChanges(t *testing.T) {
	server := &conflicting{name: "a", conflicts: 3}
	if err := update(t, server); err != nil || server.writes != 1 {
		t.Errorf("%v after %d writes", err, server.writes)
	}
	if err := update(t, &conflicting{name: "a", conflicts: 1000}); err == nil {
		t.Error("an update with permanent conflicts succeeds")
	}
}
