package inventory

import (
	"maps"
	"slices"
	"time"

	"occigate/gateway/store"
	"occigate/providers"
)

// phase is how far a change of ours has come.
type phase string

const (
	calling  phase = "calling"  // the cloud is being asked, or the asker crashed
	unknown  phase = "unknown"  // the cloud's answer was lost
	accepted phase = "accepted" // the cloud has accepted; the effect is awaited
	failed   phase = "failed"   // it did not come to pass; shown for a while
)

// Class is what an intent is about: of each an item has at most one.
type class string

const (
	classCreate class = "create"
	classDelete class = "delete"
	classChange class = "change" // power, resize, backup
)

// intent is a change of ours, written before the cloud is called and removed
// when its effect is seen. It says all that a gateway needs to go on after a
// crash of the one that began it.
type intent struct {
	ID      string            `json:"id"` // of the item, which for a create is the token
	Kind    Kind              `json:"kind"`
	Class   class             `json:"class"`
	Op      string            `json:"op"` // "create", "delete", "start", "resize"
	Phase   phase             `json:"phase"`
	Started time.Time         `json:"started"`
	Changed time.Time         `json:"changed"`          // of the phase
	Until   time.Time         `json:"until,omitzero"`   // calling: the asker has given up by then
	Native  string            `json:"native,omitempty"` // once the cloud gave it
	Digest  uint64            `json:"digest,omitempty"` // of the wish, so that an equal one can be told
	Ticket  providers.Ticket  `json:"ticket,omitempty"`
	Problem string            `json:"problem,omitempty"` // in the cloud's words
	Source  string            `json:"source,omitempty"`  // links: the server's item
	Target  string            `json:"target,omitempty"`  // links: the volume's or network's item
	Before  providers.State   `json:"before,omitempty"`  // power: the state that the operation started from
	Rest    providers.PowerOp `json:"rest,omitempty"`    // create: what came before it was over, see conclude
	Known   []string          `json:"known,omitempty"`   // interface: those that the server had before, when the cloud did not name the new one
	Reserve string            `json:"reserve,omitempty"` // address: native id to be given back when the assignment fails
	Own     *own              `json:"own,omitempty"`     // create: what the item's own data begins with
	thing                     // create: the item until the cloud lists it
}

// stateWords are the transition shown and the goal of the power operations.
var stateWords = map[providers.PowerOp]struct{ through, goal providers.State }{
	providers.PowerStart:     {providers.StateStarting, providers.StateActive},
	providers.PowerStop:      {providers.StateStopping, providers.StateInactive},
	providers.PowerOff:       {providers.StateStopping, providers.StateInactive},
	providers.PowerReboot:    {providers.StateRestarting, providers.StateActive},
	providers.PowerReset:     {providers.StateRestarting, providers.StateActive},
	providers.PowerSuspend:   {providers.StateSuspending, providers.StateSuspended},
	providers.PowerHibernate: {providers.StateSuspending, providers.StateSuspended},
}

const opResize = "resize"

func intentID(id string, c class) string { return id + "/" + string(c) }

func intentKey(uid, id string, c class) store.Key {
	return store.Key{UID: uid, Kind: recIntent, ID: intentID(id, c)}
}

func (in *intent) key(uid string) store.Key { return intentKey(uid, in.ID, in.Class) }

// isLink reports whether the intent is about a link.
func (in *intent) isLink() bool { return linkKinds[in.Kind] }

// owner is the row from which the item of the intent derives: a volume's for
// attachments, a server's for interfaces, else its own.
func (in *intent) owner() rowKey {
	switch in.Kind {
	case KindAttachment:
		return rowKey{KindVolume, in.Target}
	case KindInterface:
		return rowKey{KindServer, in.Source}
	}
	return rowKey{in.Kind, in.ID}
}

// hides reports whether the item is not shown any more.
func (in *intent) hides() bool {
	return in != nil && in.Class == classDelete && in.Phase == accepted
}

// ends reports whether a listing without the item proves that it is gone: the
// cloud was asked to delete it, though the asker may have died before the answer.
func (in *intent) ends() bool {
	return in.Class == classDelete && in.Phase != failed
}

// shows reports whether the intent is reason enough to show an item that no
// cloud has listed: not while the cloud is still being asked.
func (in *intent) shows() bool {
	return in != nil && in.Class == classCreate && in.Phase != calling
}

// word is what [Item.Pending] says.
func (in *intent) word() string {
	if in == nil || in.Phase == failed || in.Phase == calling {
		return ""
	}
	return in.Op
}

func (in *intent) powerOp() providers.PowerOp { return providers.PowerOp(in.Op) }

// begun is the own data that a create begins with.
func (in *intent) begun() own {
	if in.Own == nil {
		return own{Kind: in.Kind, Made: true}
	}
	o := *in.Own
	o.Extra, o.Mixins = maps.Clone(o.Extra), slices.Clone(o.Mixins) // the intent is shared
	return o
}
