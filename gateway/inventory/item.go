// Package inventory is what all clouds hold: it refreshes every account, keeps
// the merged result in memory fed by the store's change feed, and makes changes
// through intents that survive a crash. It calls clouds through package
// providers and keeps records in package store; it knows no OCCI and no cloud.
//
// One writer for each kind of record: rows and the stamp of an account belong
// to the holder of its lease; intents and own data to whoever serves the
// request, by revision. The view lays them over each other.
package inventory

import (
	"time"

	"occigate/providers"
)

// Kind is a kind of thing in the inventory.
type Kind string

// The kinds. Interfaces, attachments and assigned addresses are links between
// a server and another item.
const (
	KindServer     Kind = "server"
	KindVolume     Kind = "volume"
	KindNetwork    Kind = "network"
	KindInterface  Kind = "interface"
	KindAttachment Kind = "attachment"
	KindAddress    Kind = "address"
	KindImage      Kind = "image"
	KindSize       Kind = "size"
	KindZone       Kind = "zone"

	// KindReservation is that of a reserved public address, assigned or not. Its
	// item stands beside the link that an assigned one has, and holds an Address.
	KindReservation Kind = "reservation"

	// KindDefinition is that of [Inventory.Definitions]; it has no items.
	KindDefinition Kind = "definition"
)

// Item is one thing as the gateway shows it: what the cloud said last, with
// what the gateway alone knows laid over it. Items are immutable; a change
// makes a new one. Exactly one of the pointers is set, the one of Kind.
type Item struct {
	ID      string // UUID, never changes once it was shown
	UID     string // account
	Cloud   string // name of the adapter: "ec2"
	Kind    Kind
	Native  string            // native id, "" while the cloud has not given one
	Source  string            // links: id of the server's item
	Target  string            // links: id of the volume's, network's or reservation's item, "" when unknown
	Through Kind              // address: [KindReservation] when Target is one, "" when it is the network
	Title   string            // set by a user, else the cloud's name
	Summary string            // set by a user
	Extra   map[string]string // further attributes that only the gateway keeps, such as a mount point
	Mixins  []string          // category ids that a user put on it
	Terms   map[string]string // what was agreed when it was made, such as its price; nil when nothing was
	Problem string            // what went wrong with a change of ours, in the cloud's words
	Listed  bool              // a listing of the cloud has shown it; else it is known from an answer to us
	Pending string            // "create", "delete", "start": a change of ours under way, "" when none
	Rev     uint64            // another one for every other content of the item and its links, for ETags; equal on every gateway

	Server     *providers.Server
	Volume     *providers.Volume
	Network    *providers.Network
	Interface  *providers.Interface
	Attachment *providers.Attachment
	Address    *providers.Address
	Image      *providers.Image
	Size       *providers.Size
	Zone       *providers.Zone

	Derived any // what the function given to New made of it; nil without one
}

// Own is what the gateway alone keeps of an item.
type Own struct {
	ID      string // of an item to be created: a UUID chosen by the client, "" for one of ours
	Title   string
	Summary string
	Extra   map[string]string
	Mixins  []string
	Terms   map[string]string // of an item to be created: what it is made at; never changed afterwards
}

// Status is how an account stands.
type Status struct {
	UID      string
	Name     string
	Cloud    string
	Identity providers.Identity // zero until the first login
	Observed time.Time          // of the newest refresh after which every part was complete, zero when there was none
	Complete bool               // a refresh has completed since the account was added
	Since    time.Time          // of the present problem, zero when there is none
	Problem  string             // why the account is not fresh: the first of its problems, in the cloud's words; "" when it is
	Kind     error              // kind of the problem, of package providers; nil when there is none
	Next     time.Time          // of the next refresh
	Gateway  string             // that refreshed it last, "" before the first refresh
	Held     bool               // this gateway refreshes it now
	Circuit  string             // [CircuitClosed] as a rule
	Counts   map[Kind]int
	Parts    []Part  // what the account's listings cover, in a fixed order
	Default  *string // what a create is made of that names none, by id or name, "" when it is refused; nil when the adapter does not say
	Pending  int     // rows held back because they have no native id yet and are not ours
}

// Part is how what one listing of an account covers stands. Listings are made
// and fail apart from each other.
type Part struct {
	Name     string    // "servers", "volumes", "networks", "addresses", "catalogue"
	Kinds    []Kind    // of items that come from it, in no order
	Observed time.Time // start of the newest complete listing, zero when there was none
	Next     time.Time // of the next listing at the latest
	Since    time.Time // of the present problem, zero when there is none
	Problem  string    // why the part is not fresh, in the cloud's words; "" when it is
	Kind     error     // kind of the problem, of package providers; nil when there is none
	Pending  int       // rows held back
}
