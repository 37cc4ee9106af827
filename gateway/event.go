package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"occigate/gateway/inventory"
	"occigate/translate/occi"
)

// eventFilter selects events; a nil map selects all.
type eventFilter struct {
	clouds map[string]bool // uids
	kinds  map[inventory.Kind]bool
}

func (f eventFilter) takes(it *inventory.Item) bool {
	return visible(it) && (f.clouds == nil || f.clouds[it.UID]) && (f.kinds == nil || f.kinds[it.Kind])
}

// The query parameters of a filter. Each can be there several times: one of them
// has to fit.
const (
	cloudKey = "cloud" // uid of an account
	kindKey  = "kind"  // type identifier or term of a kind
)

// eventFilter reads the filter of a request. What it does not know is an error:
// a client with a typing error would wait for ever.
func (g *Gateway) eventFilter(r *http.Request) (f eventFilter, err error) {
	q, err := queryOf(r)
	if err != nil {
		return f, err
	}
	accounts := g.inv.Accounts()
	for _, uid := range q[cloudKey] {
		if !slices.ContainsFunc(accounts, func(s inventory.Status) bool { return s.UID == uid }) {
			return f, &problem{status: http.StatusBadRequest, message: "there is no cloud " + uid}
		}
		f.clouds = with(f.clouds, uid)
	}
	for _, name := range q[kindKey] {
		items := kindsNamed(name)
		if items == nil {
			return f, &problem{status: http.StatusBadRequest, message: "there is no kind " + name + " that entities have"}
		}
		f.kinds = with(f.kinds, items...)
	}
	return f, nil
}

// with adds to a set that may be nil.
func with[K comparable](set map[K]bool, keys ...K) map[K]bool {
	if set == nil {
		set = map[K]bool{}
	}
	for _, k := range keys {
		set[k] = true
	}
	return set
}

// kindsNamed are the items that are shown as a kind, by its type identifier or
// its term alone; nil when there is no such kind.
func kindsNamed(name string) []inventory.Kind {
	for id, items := range itemKinds {
		if _, term := occi.SplitID(id); name == id || name == term {
			return items
		}
	}
	return nil
}

// told is an event as JSON, without its first member, the URL, which depends on
// the client. Before and After are entities as a GET would show them, without the
// time of observation.
type told struct {
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	Cloud  string          `json:"cloud"` // uid of the account
	Time   time.Time       `json:"time"`  // when this gateway showed it
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// tell gives an event as JSON, made for the first client that reads it. It is
// empty for a change that no entity shows.
func (g *Gateway) tell(e *inventory.Event) []byte {
	if text, ok := e.Derived.Load().([]byte); ok {
		return text
	}
	text := g.models.current().tell(e)
	e.Derived.Store(text)
	return text
}

func (m *model) tell(e *inventory.Event) []byte {
	it := e.Item()
	t := told{ID: it.ID, Kind: kinds[it.Kind], Cloud: it.UID, Time: e.At.UTC()}
	t.Before, t.After = m.snapshot(e.Before), m.snapshot(e.After)
	if bytes.Equal(t.Before, t.After) {
		return []byte{}
	}
	text, err := json.Marshal(t)
	if err != nil { // of our own renderer
		panic("gateway: an entity that is no JSON: " + err.Error())
	}
	return text
}

// snapshot is an item as JSON, nil for none.
func (m *model) snapshot(it *inventory.Item) []byte {
	if it == nil {
		return nil
	}
	return m.append(nil, it, occi.OCCIJSON, "")
}

// eventName is the type of an event.
func eventName(e *inventory.Event) string {
	switch {
	case e.Before == nil:
		return "created"
	case e.After == nil:
		return "deleted"
	}
	return "changed"
}

// quotedOpen is a text as the beginning of a JSON string.
func quotedOpen(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil { // not of a string
		return []byte(`"`)
	}
	return bytes.TrimSuffix(text, []byte(`"`))
}

// acceptsEvents reports whether Accept lines take a stream of events.
func acceptsEvents(accept []string) bool {
	_, ok := occi.Negotiate(accept, occi.MediaType(eventStream))
	return ok
}

// lastEvent reads the id of the last event that a client has seen.
func lastEvent(id string) (boot, number string) {
	boot, number, _ = strings.Cut(strings.TrimSpace(id), "-")
	return boot, number
}
