package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	fastjson "github.com/go-json-experiment/json"

	"occigate/gateway/store"
	"occigate/providers"
)

// The kinds of record beside the rows, whose kind is that of the item.
const (
	recIntent     = "intent"     // durable: a change of ours under way
	recOwn        = "own"        // durable: what we alone know of an item
	recIdentity   = "identity"   // durable: who the account is at its cloud
	recDefinition = "definition" // durable: what a user defined; of no account
	recStamp      = "stamp"      // how the account stands; one for each account
	recTomb       = "tombstone"  // evidence of what is gone
	recGateway    = "gateway"    // that a gateway lives; of no account
	recBell       = "bell"       // what gateways want the lease holder to list: a moment for each group

	theOne    = "account" // id of records of which an account has one
	noAccount = ""        // uid of records of no account
)

// thing is one value of the neutral model; one pointer is set.
type thing struct {
	Server     *providers.Server     `json:"server,omitempty"`
	Volume     *providers.Volume     `json:"volume,omitempty"`
	Network    *providers.Network    `json:"network,omitempty"`
	Interface  *providers.Interface  `json:"interface,omitempty"`
	Attachment *providers.Attachment `json:"attachment,omitempty"`
	Address    *providers.Address    `json:"address,omitempty"`
	Image      *providers.Image      `json:"image,omitempty"`
	Size       *providers.Size       `json:"size,omitempty"`
	Zone       *providers.Zone       `json:"zone,omitempty"`
}

// row is what a cloud said last of one resource. Rows are written by the lease
// holder alone.
type row struct {
	ID      string    `json:"-"`
	Kind    Kind      `json:"-"`
	Native  string    `json:"native,omitempty"`
	Born    time.Time `json:"born,omitzero"`     // creation by our clock, as far as it is known: no later than the first listing that had it
	Missing int       `json:"missing,omitempty"` // complete listings in a row that it was absent from, at most enough
	Held    bool      `json:"held,omitempty"`    // its state is that of the listing before: the newest had none that is understood
	Problem string    `json:"problem,omitempty"`
	thing

	rev  uint64 // of the record
	sum  uint64 // of the stored data
	look uint64 // of what the cloud says alone
}

// own is what we alone know of an item: durable.
type own struct {
	Kind    Kind              `json:"kind"`
	Native  string            `json:"native,omitempty"`
	Born    time.Time         `json:"born,omitzero"` // creation time of the incarnation that this is about
	Made    bool              `json:"made,omitempty"`
	Apart   bool              `json:"apart,omitempty"` // address: reserved by itself, so that it outlives what it is assigned to
	Title   string            `json:"title,omitempty"`
	Summary string            `json:"summary,omitempty"`
	Extra   map[string]string `json:"extra,omitempty"`
	Mixins  []string          `json:"mixins,omitempty"`
	Terms   map[string]string `json:"terms,omitempty"`   // what was agreed when it was made
	Changes uint64            `json:"changes,omitempty"` // counts them, so that the newest of what gateways still know is told when the store has lost it
}

// reviseOwn is the stored form of an item's own data after do, which counts if it
// changes them. Otherwise is what is known of the item without what is stored.
func reviseOwn(stored []byte, otherwise own, do func(*own)) ([]byte, error) {
	o, err := keptOwn(stored, otherwise)
	if err != nil {
		return nil, err
	}
	do(&o)
	if same := encode(o); bytes.Equal(same, stored) {
		return same, nil
	}
	o.Changes++
	return encode(o), nil
}

// newer reports whether an item's own data has been changed more often than other
// data of it.
func newer(data, other []byte) bool {
	var a, b own
	return json.Unmarshal(data, &a) == nil && json.Unmarshal(other, &b) == nil && a.Changes > b.Changes
}

// keptOwn is what is stored of an item, else what is known of it without. What
// the stored leaves open of its origin is taken from there too; what a user
// took away stays away.
func keptOwn(stored []byte, otherwise own) (own, error) {
	if stored == nil {
		return otherwise, nil
	}
	var o own
	if err := json.Unmarshal(stored, &o); err != nil {
		return own{}, fmt.Errorf("inventory: own data: %w", err)
	}
	o.Native = cmp.Or(o.Native, otherwise.Native)
	if o.Born.IsZero() {
		o.Born = otherwise.Born
	}
	return o, nil
}

// empty reports whether a user said nothing of the item.
func (o *own) empty() bool {
	return o == nil || o.Title == "" && o.Summary == "" && len(o.Extra) == 0 && len(o.Mixins) == 0
}

// tomb is the evidence that a resource is gone.
type tomb struct {
	Kind     Kind      `json:"kind"`
	Native   string    `json:"native"`
	At       time.Time `json:"at"`
	Evidence string    `json:"evidence"`
}

// stamp is how an account stands, written once by every refresh.
type stamp struct {
	Seq      uint64              `json:"seq"`
	Fence    uint64              `json:"fence"`
	Gateway  string              `json:"gateway,omitempty"` // that wrote it
	Observed time.Time           `json:"observed,omitzero"`
	Groups   map[group]*groupEnd `json:"groups,omitempty"`
	Problem  string              `json:"problem,omitempty"` // of the account as a whole
	Kind     string              `json:"kind,omitempty"`
	Since    time.Time           `json:"since,omitzero"`
	Next     time.Time           `json:"next,omitzero"`
	At       time.Time           `json:"at,omitzero"`     // when Next was set, by the clock that set it
	Trips    int                 `json:"trips,omitempty"` // of the circuit, 0 while it is closed; Next is the next probe else
}

// groupEnd is how the latest listings of one group ended.
type groupEnd struct {
	Observed time.Time `json:"observed,omitzero"` // start of the newest complete listing
	Tried    time.Time `json:"tried,omitzero"`    // start of the newest listing, complete or failed
	Next     time.Time `json:"next,omitzero"`     // when it is listed again, unless something brings it forward
	Held     int       `json:"held,omitempty"`
	Notice   string    `json:"notice,omitempty"` // a complete listing that looks wrong
	Problem  string    `json:"problem,omitempty"`
	Kind     string    `json:"kind,omitempty"`
	Since    time.Time `json:"since,omitzero"`
}

// newest is when the newest listing began, however it ended.
func (end *groupEnd) newest() time.Time { return later(end.Observed, end.Tried) }

// encode makes the stored form of a record. The types of this file cannot fail.
func encode(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("inventory: %T cannot be encoded: %v", value, err))
	}
	return data
}

// decodeRow reads a row. What is stored was encoded by encode, so that the
// cloud's part is all from its member on: text in what stands before it has its
// quotes escaped.
func decodeRow(rec store.Record) (*row, error) {
	r := &row{ID: rec.ID, Kind: Kind(rec.Kind), rev: rec.Rev, sum: digest(rec.Data)}
	if err := fastjson.Unmarshal(rec.Data, r); err != nil {
		return nil, err
	}
	r.look = digest(rec.Data[max(0, bytes.Index(rec.Data, []byte(`"`+rec.Kind+`":{`))):])
	return r, nil
}

// write is the row's stored form.
func (r *row) write(uid string) store.Write {
	return store.Write{Key: r.key(uid), Data: encode(r)}
}

func (r *row) key(uid string) store.Key {
	return store.Key{UID: uid, Kind: string(r.Kind), ID: r.ID}
}

// digest is FNV-1a: equal on every gateway.
func digest(parts ...[]byte) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum64()
}

// created is when the cloud says that the thing was made, zero when it does not.
func (t thing) created() time.Time {
	switch {
	case t.Server != nil:
		return t.Server.Created
	case t.Volume != nil:
		return t.Volume.Created
	case t.Network != nil:
		return t.Network.Created
	case t.Image != nil:
		return t.Image.Created
	}
	return time.Time{}
}

// token is our token as the cloud holds it, "" when there is none.
func (t thing) token() string {
	switch {
	case t.Server != nil:
		return t.Server.Token
	case t.Volume != nil:
		return t.Volume.Token
	case t.Network != nil:
		return t.Network.Token
	case t.Address != nil:
		return t.Address.Token
	case t.Image != nil:
		return t.Image.Token
	}
	return ""
}

// inTransition reports whether the thing is on its way to another state.
func (t thing) inTransition() bool {
	switch {
	case t.Server != nil:
		return t.Server.State.InTransition()
	case t.Volume != nil:
		return passes(t.Volume.State)
	case t.Network != nil:
		return passes(t.Network.State)
	case t.Address != nil:
		return passes(t.Address.State)
	case t.Image != nil:
		return t.Image.State == providers.ImagePending
	}
	return false
}

// leaving reports whether the cloud itself says that the thing is about to go.
func (t thing) leaving() bool {
	switch {
	case t.Server != nil:
		return t.Server.State == providers.StateDeleting
	case t.Volume != nil:
		return t.Volume.State == providers.ResourceDeleting
	case t.Network != nil:
		return t.Network.State == providers.ResourceDeleting
	case t.Address != nil:
		return t.Address.State == providers.ResourceDeleting
	}
	return false
}

func passes(s providers.ResourceState) bool {
	return s == providers.ResourcePending || s == providers.ResourceDeleting
}

// sameTime is how far two creation times of one thing are apart at most. Clouds
// answer a create with another precision, or by another clock, than they list
// it with: Cinder lists whole seconds.
const sameTime = time.Minute

// sameIncarnation reports whether two creation times may be of one thing. A
// cloud that does not tell cannot contradict.
func sameIncarnation(a, b time.Time) bool {
	return a.IsZero() || b.IsZero() || a.Sub(b).Abs() <= sameTime
}

// errorKinds names the kinds of error in stamps.
var errorKinds = map[string]error{
	"not found":   providers.ErrNotFound,
	"conflict":    providers.ErrConflict,
	"invalid":     providers.ErrInvalid,
	"denied":      providers.ErrDenied,
	"quota":       providers.ErrQuota,
	"throttled":   providers.ErrThrottled,
	"unavailable": providers.ErrUnavailable,
	"unsupported": providers.ErrUnsupported,
}

func kindName(err error) string {
	kind := providers.Kind(err)
	for name, k := range errorKinds {
		if errors.Is(kind, k) {
			return name
		}
	}
	return ""
}
