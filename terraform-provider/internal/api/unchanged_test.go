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

// raced is a server with one organization, whose entity tag changes with each read as often as races says.
type raced struct {
	races, tag, writes int
	name               string
}

func (r *raced) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	tag := fmt.Sprintf("%q", fmt.Sprint(r.tag))
	if request.Method == http.MethodPut && request.Header.Get("If-Match") != tag {
		writer.Header().Set("Content-Type", "application/problem+json")
		writer.WriteHeader(http.StatusPreconditionFailed)
		_, _ = fmt.Fprint(writer, `{"type":"about:blank","title":"Precondition Failed","status":412,"code":"precondition_failed","detail":"It was changed.","request_id":"r"}`)
		return
	}
	if request.Method == http.MethodPut {
		r.writes++
	} else if r.races > 0 {
		r.races--
		r.tag++
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.Header().Set("ETag", tag)
	_ = json.NewEncoder(writer).Encode(client.Organization{Id: organization, Name: r.name, Slug: "a"})
}

func update(t *testing.T, server *raced) error {
	t.Helper()
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	caller, err := api.New(api.Settings{Gateway: listener.URL, Token: "agyn_test"})
	if err != nil {
		t.Fatal(err)
	}
	replace := caller.OrganizationsAPI.UpdateOrganization(t.Context(), organization).OrganizationUpdate(client.OrganizationUpdate{Name: "b"})
	_, err = api.UpdateUnchanged(caller.OrganizationsAPI.GetOrganization(t.Context(), organization),
		func(now *client.Organization) bool { return now.Name == "a" },
		func(entityTag string) api.Getter[client.Organization] { return replace.IfMatch(entityTag) })
	return err
}

func TestAnUpdateOfWhatWasChangedSinceThePlanWritesNothing(t *testing.T) {
	server := &raced{name: "changed"}
	if err := update(t, server); !errors.Is(err, api.ErrChanged) || server.writes != 0 {
		t.Errorf("%v after %d writes", err, server.writes)
	}
}

func TestAnUpdateMeetsOtherChangesAndGoesOn(t *testing.T) {
	server := &raced{name: "a", races: 3}
	if err := update(t, server); err != nil || server.writes != 1 {
		t.Errorf("%v after %d writes", err, server.writes)
	}
	if err := update(t, &raced{name: "a", races: 1000}); err == nil {
		t.Error("an update that always loses succeeds")
	}
}
