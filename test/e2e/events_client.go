package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Event is one server-sent event as a client reads it.
type Event struct {
	ID    string `json:"-"`
	Name  string `json:"-"`
	Data  string `json:"-"` // of which the following are members
	URL   string
	Kind  string
	Cloud string
	Time  time.Time

	Before, After *Entity
}

// Follower reads a stream of events.
type Follower struct {
	Header http.Header
	events chan Event             // closed when the stream has ended
	begun  chan struct{}          // closed when the client knows an id
	last   atomic.Pointer[string] // the newest id
	stop   context.CancelFunc
}

// Follow opens a stream of events, behind last unless that is empty, and returns
// once it has begun. The stream ends with the test.
func (p *Program) Follow(t testing.TB, query, last string) *Follower {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := (&http.Client{Transport: p.Client.Transport}).Do(req) // without the client's limit of time
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET /events%s: %s", query, resp.Status)
	}
	f := &Follower{Header: resp.Header, events: make(chan Event, 1000), begun: make(chan struct{}), stop: stop}
	go f.read(resp)
	return f
}

func (f *Follower) read(resp *http.Response) {
	defer resp.Body.Close()
	defer close(f.events)
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	var e Event
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			e.Data = value
			_ = json.Unmarshal([]byte(value), &e) // what is no object of ours is seen in Data
		case "":
			id := e.ID
			if f.last.Swap(&id) == nil {
				close(f.begun)
			}
			if e.Data != "" {
				f.events <- e
			}
			e = Event{ID: e.ID}
		}
	}
}

// Next waits for the next event.
func (f *Follower) Next(t testing.TB) Event {
	t.Helper()
	select {
	case e, open := <-f.events:
		if !open {
			t.Fatal("the stream has ended")
		}
		return e
	case <-time.After(patience):
	}
	t.Fatal("no event")
	return Event{}
}

// Last waits until the client knows the id of an event, and gives it.
func (f *Follower) Last(t testing.TB) string {
	t.Helper()
	select {
	case <-f.begun:
		return *f.last.Load()
	case <-time.After(patience):
	}
	t.Fatal("no id")
	return ""
}

// Ended waits for the end of the stream and gives the last event.
func (f *Follower) Ended(t testing.TB) (last Event) {
	t.Helper()
	for end := time.After(patience); ; {
		select {
		case e, open := <-f.events:
			if !open {
				return last
			}
			last = e
		case <-end:
			t.Fatal("the stream has not ended")
		}
	}
}
