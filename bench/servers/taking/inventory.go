package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Totals of the objects of one destination.
type totals struct {
	Objects int64 `json:"objects"`
	Bytes   int64 `json:"bytes"`
	// Time of the newest object, in milliseconds since the epoch.
	Newest int64 `json:"newest"`
}

type upload struct {
	path  string
	bytes int64
}

// Counts what was accepted. Keys are not kept: 300,000 of them would make the server slower.
type inventory struct {
	lock    sync.Mutex
	places  map[string]*totals
	uploads map[string]*upload
}

func newInventory() *inventory {
	return &inventory{places: map[string]*totals{}, uploads: map[string]*upload{}}
}

// Counts an object below its destination: /bucket/prefix/destination/.
func (inventory *inventory) addObject(path string, bytes int64) {
	inventory.lock.Lock()
	defer inventory.lock.Unlock()
	inventory.count(path, bytes)
}

func (inventory *inventory) count(path string, bytes int64) {
	place := placeOf(path)
	found := inventory.places[place]
	if found == nil {
		found = &totals{}
		inventory.places[place] = found
	}
	found.Objects++
	found.Bytes += bytes
	found.Newest = time.Now().UnixMilli()
}

func (inventory *inventory) begin(path string) string {
	inventory.lock.Lock()
	defer inventory.lock.Unlock()
	id := strconv.Itoa(len(inventory.uploads) + 1)
	inventory.uploads[id] = &upload{path: path}
	return id
}

func (inventory *inventory) addPart(id string, bytes int64) {
	inventory.lock.Lock()
	defer inventory.lock.Unlock()
	if found := inventory.uploads[id]; found != nil {
		found.bytes += bytes
	}
}

func (inventory *inventory) complete(id string) {
	inventory.lock.Lock()
	defer inventory.lock.Unlock()
	if found := inventory.uploads[id]; found != nil {
		inventory.count(found.path, found.bytes)
	}
}

// GET /-/bucket/prefix/destination/ returns the totals of a destination, DELETE /-/ forgets all.
func (inventory *inventory) answer(response http.ResponseWriter, request *http.Request) {
	inventory.lock.Lock()
	defer inventory.lock.Unlock()
	if request.Method == http.MethodDelete {
		clear(inventory.places)
	}
	found := inventory.places[placeOf(strings.TrimPrefix(request.URL.Path, "/-"))]
	if found == nil {
		found = &totals{}
	}
	_ = json.NewEncoder(response).Encode(found)
}

// The first three segments of a path.
func placeOf(path string) string {
	end := 0
	for range 3 {
		next := strings.IndexByte(path[end+1:], '/')
		if next < 0 {
			return path
		}
		end += 1 + next
	}
	return path[:end]
}
