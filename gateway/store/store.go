// Package store is where gateways keep records and hear of each other's
// writes. It knows records, feeds, revisions, leases and budgets, and nothing of clouds
// or OCCI: what is in a record is the caller's. One interface, two
// implementations (store/bolt for one gateway, store/redis for many), one suite
// that both pass (store/storetest).
package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// Shards is the fixed number of feeds. Everything of one account lives in the
// shard of its uid.
const Shards = 16

// MaxBatch is the largest number of records in one Apply.
const MaxBatch = 500

// MaxWait is the longest that Changes waits.
const MaxWait = time.Second

// Shard returns the shard of an account uid.
func Shard(uid string) int {
	h := fnv.New32a()
	h.Write([]byte(uid))
	return int(h.Sum32() % Shards)
}

// The errors of a store, to be asked for with errors.Is. A context that ends
// gives its own error. Any other error means that the store cannot be reached
// or is broken. After a context's error, ErrClosed or any other error the
// outcome of a write is unknown.
var (
	ErrNotFound = errors.New("store: no such record")
	ErrRevision = errors.New("store: the record has another revision") // somebody wrote it meanwhile
	ErrFenced   = errors.New("store: the lease is not held any more")
	ErrHeld     = errors.New("store: the lease is held by another")
	ErrReload   = errors.New("store: the position is not in the feed") // load the shard again
	ErrTorn     = fmt.Errorf("%w: its newest writes are lost", ErrReload)
	ErrInvalid  = errors.New("store: the call is not valid") // a fault of the caller, never of the data
	ErrClosed   = errors.New("store: closed")
)

// Key names a record. Its parts hold no NUL byte (ErrInvalid). Keys are ordered
// by UID, then Kind, then ID, byte by byte.
type Key struct {
	UID  string // account; "" for records of no account, which live in shard Shard("")
	Kind string // the caller's word: "server", "intent", "title"
	ID   string
}

// Record is one stored value. Rev starts at 1 and grows by one with every write
// of the record, also across removal while the feed still holds the removal.
type Record struct {
	Key
	Rev     uint64
	Durable bool   // survives Forget: what clouds cannot give back; false in a removal
	Data    []byte // JSON by convention; nil in a feed means removed; empty and not nil is a value like any other
}

// Write is one record of a batch. Nil Data removes it, and is no write when
// there is no such record.
type Write struct {
	Key
	Data []byte
}

// Lease is the right to write an account's cached records. Fence grows with
// every new holder, and a write under an old fence is refused.
type Lease struct {
	UID    string
	Holder string
	Fence  uint64
}

// Position is a place in a shard's feed: opaque text that holds the shard's
// epoch. The empty position is before everything: Changes from it gives the
// feed from its very first write, or ErrReload once that was trimmed.
type Position string

// Epoch gives the shard's epoch, "" for the empty position. A shard has another
// epoch when it was emptied behind the store (a flush, a lost file): what only
// the gateways still hold has to be written back.
func (p Position) Epoch() string {
	epoch, _, _ := strings.Cut(string(p), "/")
	return epoch
}

// Store keeps records in shards, each with a feed of its writes. It is safe for
// concurrent use. Every write and its feed entry are one step. Data that is
// given to a store or by it is not shared: both sides may keep and change it.
type Store interface {
	// Load gives every record of a shard, in the order of their keys, and the
	// position from which Changes goes on; a write during Load may be given
	// twice, never missed. The feed may begin with revisions older than the one
	// that Load gave; who takes them all in order, or skips what is not newer,
	// ends right. An error of each ends Load and is returned as it is. each may
	// call the store. ErrReload says that the shard was emptied behind the store
	// meanwhile: what each was given is void.
	Load(ctx context.Context, shard int, each func(Record) error) (Position, error)

	// Changes gives what was written to the shard after pos, oldest first, at
	// most limit records (at least 1), every write by itself, and the position
	// after the last of them. When there is nothing it waits up to wait (longer
	// than MaxWait counts as MaxWait, none as no wait) and may give nothing.
	// ErrReload says that pos is from another epoch or that the feed does not
	// reach back to it; ErrTorn, which is one too, that what was written up to
	// there is lost, as after a failover to a replica that lagged. A position that
	// this store did not give is ErrReload too.
	Changes(ctx context.Context, shard int, pos Position, limit int, wait time.Duration) ([]Record, Position, error)

	// Get reads one record from the store itself; ErrNotFound.
	Get(ctx context.Context, key Key) (Record, error)

	// Find reads those of some records that exist, in the order of their keys here,
	// whatever accounts they are of. It takes about as long as Get. Each is read by
	// itself: of two writes in between, the later one may be seen alone.
	Find(ctx context.Context, keys ...Key) ([]Record, error)

	// Put writes a record if its stored revision is rec.Rev (0: it must not
	// exist) and returns the new revision; else ErrRevision. Equal data is
	// written too, and Durable becomes rec.Durable. Nil Data removes the record
	// and returns the removal's revision; removing with the wrong revision is
	// ErrRevision too, and so is removing what is not there.
	Put(ctx context.Context, rec Record) (uint64, error)

	// Apply writes a batch of cached records of one account under its lease,
	// whatever their revisions: all of them or none, in their order. At most
	// MaxBatch, all of lease.UID; else ErrInvalid. A record whose Data is equal
	// to the stored is not written and not in the feed. A new record is not
	// durable, one that exists stays what it is. ErrFenced if the lease was
	// lost: taken by another, given back, or run out though nobody took it.
	Apply(ctx context.Context, lease Lease, batch []Write) error

	// Acquire takes or renews the lease of an account for ttl. ErrHeld while
	// another holder has it. seen is the largest fence that the caller knows
	// of: a new lease's fence is larger than it and than every one before.
	// The same holder keeps its fence when it renews in time, unless seen is
	// larger still. Time is the store's clock; ttl is at least 1 ms.
	Acquire(ctx context.Context, uid, holder string, ttl time.Duration, seen uint64) (Lease, error)

	// Release gives a lease back; one that is lost already is no error and
	// takes nothing from its new holder.
	Release(ctx context.Context, lease Lease) error

	// Take takes one call out of an account's budget, which all gateways share,
	// and says how long to wait before it is made; those who ask are served in
	// turn. When that is longer than longest, nothing is taken. ErrInvalid for a
	// budget that allows nothing. What is spent is counted as [Bucket] says, by
	// the store's clock, and may be forgotten by a restart of the store.
	Take(ctx context.Context, uid string, b Budget, longest time.Duration) (wait time.Duration, err error)

	// Slow takes note that an account's cloud finds its calls too many, and for
	// how long it wants none, 0 when it does not say.
	Slow(ctx context.Context, uid string, b Budget, pause time.Duration) error

	// Forget removes all records of an account that are not durable: the
	// account was taken out of the configuration. It works in steps of
	// MaxBatch, each whole, asks for no lease and leaves the account's fence.
	Forget(ctx context.Context, uid string) error

	// Ping says whether the store answers.
	Ping(ctx context.Context) error

	// Close ends all calls under way and frees what the store holds. Calls
	// then give ErrClosed, a second Close nil.
	Close() error
}
