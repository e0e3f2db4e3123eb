package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/agynio/agyn/terraform-provider/internal/api"
	"github.com/agynio/agyn/terraform-provider/internal/client"
)

const (
	organization = "0190a000-0000-7000-8000-000000000000"
	idPrefix     = "0190a000-0000-7000-8000-"
)

func idOf(number int) string {
	return fmt.Sprintf("%s%012d", idPrefix, number)
}

// models is a server with the models of one organization. It counts the requests for pages and single models.
type models struct {
	mutex        sync.Mutex
	names        []string
	pages, reads atomic.Int64
}

func (m *models) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	response.Header().Set("Content-Type", "application/json")
	id, single := strings.CutPrefix(request.URL.Path, "/api/v1/organizations/"+organization+"/models/")
	number, err := strconv.Atoi(strings.TrimPrefix(id, idPrefix))
	switch {
	case request.Method == http.MethodDelete && single && err == nil:
		m.names[number] = ""
		response.WriteHeader(http.StatusNoContent)
	case single && (err != nil || m.names[number] == ""):
		m.reads.Add(1)
		response.Header().Set("Content-Type", "application/problem+json")
		response.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(response, `{"type":"about:blank","title":"Not found","status":404,"code":"not_found","detail":"The model does not exist.","request_id":"r"}`)
	case single:
		m.reads.Add(1)
		_ = json.NewEncoder(response).Encode(model(number, m.names[number]))
	default:
		m.pages.Add(1)
		first, _ := strconv.Atoi(request.URL.Query().Get("page_token"))
		size, _ := strconv.Atoi(request.URL.Query().Get("page_size"))
		list := client.ModelList{Items: []client.Model{}}
		for i := first; i < min(first+size, len(m.names)); i++ {
			if m.names[i] != "" {
				list.Items = append(list.Items, model(i, m.names[i]))
			}
		}
		if first+size < len(m.names) {
			list.SetNextPageToken(strconv.Itoa(first + size))
		}
		_ = json.NewEncoder(response).Encode(list)
	}
}

func (m *models) rename(number int, name string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.names[number] = name
}

func model(number int, name string) client.Model {
	return client.Model{Id: idOf(number), OrganizationId: organization, Name: name, Status: client.MODELSTATUS_ORPHANED}
}

// serve starts a server with a number of models, and returns a client of it.
func serve(t *testing.T, count int) (*models, *api.Client) {
	server := &models{}
	for i := range count {
		server.names = append(server.names, fmt.Sprintf("model-%d", i))
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	caller, err := api.New(api.Settings{Gateway: listener.URL, Token: "agyn_test"})
	if err != nil {
		t.Fatal(err)
	}
	return server, caller
}

func read(t *testing.T, caller *api.Client, number int) (string, *http.Response, error) {
	t.Helper()
	id := idOf(number)
	found, response, err := api.Read(t.Context(), caller, organization, caller.ModelsAPI.ListModels(t.Context(), organization),
		caller.ModelsAPI.GetModel(t.Context(), organization, id), id, (*client.Model).GetId)
	if err != nil {
		return "", response, err
	}
	if found.Id != id {
		t.Errorf("requested model %s, got %s", id, found.Id)
	}
	return found.Name, response, nil
}

func TestManyObjectsAreReadByPages(t *testing.T) {
	const count = 5000
	server, caller := serve(t, count)
	var readers sync.WaitGroup
	for reader := range 10 {
		readers.Go(func() {
			for number := reader; number < count; number += 10 {
				if name, _, err := read(t, caller, number); err != nil || name != fmt.Sprintf("model-%d", number) {
					t.Errorf("model %d reads as %q, %v", number, name, err)
				}
			}
		})
	}
	readers.Wait()
	if calls := server.pages.Load() + server.reads.Load(); calls > 200 {
		t.Errorf("%d models took %d calls", count, calls)
	}
}

func TestFewObjectsOfALargeCollectionAreReadSingly(t *testing.T) {
	server, caller := serve(t, 5000)
	for number := range 10 {
		if _, _, err := read(t, caller, 4000+number); err != nil {
			t.Fatal(err)
		}
	}
	if server.pages.Load() != 0 || server.reads.Load() != 10 {
		t.Errorf("10 models took %d reads and %d pages", server.reads.Load(), server.pages.Load())
	}
}

func TestDeletedObjectIsNotFoundAfterPrefetch(t *testing.T) {
	server, caller := serve(t, 100)
	server.rename(99, "")
	for number := range 99 {
		if _, _, err := read(t, caller, number); err != nil {
			t.Fatal(err)
		}
	}
	if server.pages.Load() != 1 {
		t.Fatalf("%d pages were read", server.pages.Load())
	}
	if _, response, err := read(t, caller, 99); !api.IsNotFound(response, err) {
		t.Errorf("a deleted model returns %v", err)
	}
}

func TestListStopsAtItsLimit(t *testing.T) {
	_, caller := serve(t, 100)
	found, err := api.List[client.Model](caller.ModelsAPI.ListModels(t.Context(), organization), 7)
	if err != nil || len(found) != 7 {
		t.Errorf("%d models were read; %v", len(found), err)
	}
}

func TestWriteDiscardsPrefetchedObjects(t *testing.T) {
	server, caller := serve(t, 100)
	for number := range 50 {
		if _, _, err := read(t, caller, number); err != nil {
			t.Fatal(err)
		}
	}
	server.rename(60, "renamed")
	if name, _, _ := read(t, caller, 60); name != "model-60" {
		t.Fatalf("nothing was prefetched: model-60 is %s", name)
	}
	if _, err := caller.ModelsAPI.DeleteModel(context.Background(), organization, idOf(70)).Execute(); err != nil {
		t.Fatal(err)
	}
	if name, _, _ := read(t, caller, 60); name != "renamed" {
		t.Errorf("after a write, model-60 still is %s", name)
	}
	if _, response, err := read(t, caller, 70); !api.IsNotFound(response, err) {
		t.Errorf("a model that was just deleted returns %v", err)
	}
}
