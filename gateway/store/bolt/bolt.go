// Package bolt keeps a store.Store in one file, for one gateway. Every shard is
// a bucket with its records, its bounded feed, the removals that the feed still
// holds and the fences of leases; a record and its feed entry are one transaction, on disk
// when the call returns. Every value carries a checksum, and Open reads the
// whole file: what was damaged is said there and never served. Durable records
// are kept a second time beside the file, from where Rescue takes them when the
// file is damaged. The package knows nothing of what is in a record.
package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"occigate/gateway/store"
)

// The errors of Open, to be asked for with errors.Is. Each names the file.
var (
	ErrInUse   = errors.New("another process holds the file")
	ErrCorrupt = errors.New("the file is damaged")         // or lost though its journal is there; see Rescue
	ErrSchema  = errors.New("the file has another layout") // of another version of the program
)

// Options are the settings of a store. The zero value has the defaults.
type Options struct {
	// FeedLength is the number of writes that each shard's feed keeps;
	// 10,000 when 0. A reader further behind has to load again.
	FeedLength int

	// LockTimeout is how long Open waits for another process to let the file
	// go; 1 s when 0.
	LockTimeout time.Duration

	// Now is the clock by which leases run out; time.Now when nil.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	o.FeedLength = cmp.Or(o.FeedLength, 10_000)
	o.LockTimeout = cmp.Or(o.LockTimeout, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// batchDelay is how long a write waits for others to share its commit. A commit
// costs 0.2 to 3 ms of disk, so this is little for one writer and much for many.
const batchDelay = 500 * time.Microsecond

// Store is a store.Store in a file.
type Store struct {
	db      *bbolt.DB
	options Options
	copy    *journal
	bells   [store.Shards]bell
	leases  *leases

	spending sync.Mutex
	buckets  map[string]*store.Bucket // by uid

	closing sync.Once
	closed  chan struct{}
}

var _ store.Store = (*Store)(nil)

// Open opens the file at path and makes it when there is none; the folder must
// exist. It reads the whole file once to find damage: about 0.2 s for 100,000
// records of 600 bytes. No lease of before is held, for the process that held it
// had the file; the fences stay. The errors are ErrInUse, ErrCorrupt,
// ErrSchema and those of the file system.
func Open(path string, options Options) (*Store, error) {
	options = options.withDefaults()
	if err := verify(path, options); err != nil {
		return nil, openError(path, err)
	}
	db, err := openFile(path, options)
	if err != nil {
		return nil, openError(path, err)
	}
	s := &Store{db: db, options: options, leases: newLeases(), buckets: map[string]*store.Bucket{}, closed: make(chan struct{})}
	if s.copy, err = newJournal(path, db); err != nil {
		return nil, openError(path, errors.Join(err, db.Close()))
	}
	return s, nil
}

// openFile opens a file that is known to be whole and makes what it lacks.
func openFile(path string, options Options) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      options.LockTimeout,
		FreelistType: bbolt.FreelistMapType,
	})
	if err != nil {
		return nil, err
	}
	db.MaxBatchDelay = batchDelay
	if err := db.Update(prepare); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openError names the file and puts what bbolt says into the words of this
// package.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		err = ErrInUse
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum):
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	case errors.Is(err, bolterrors.ErrVersionMismatch):
		err = fmt.Errorf("%w: %w", ErrSchema, err)
	}
	return fmt.Errorf("bolt: open %s: %w", path, err)
}

// Ping says whether the store is open.
func (s *Store) Ping(ctx context.Context) error {
	return s.ready(ctx)
}

// Close waits for the transactions under way, ends waiting readers and lets the
// file go.
func (s *Store) Close() error {
	var err error
	s.closing.Do(func() {
		close(s.closed)
		err = errors.Join(s.db.Close(), s.copy.close())
	})
	return err
}

// ready says whether a call may begin.
func (s *Store) ready(ctx context.Context) error {
	select {
	case <-s.closed:
		return store.ErrClosed
	default:
		return ctx.Err()
	}
}

// read runs do on a shard as it is at one moment.
func (s *Store) read(ctx context.Context, number int, do func(*shard) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	return callError(s.db.View(func(tx *bbolt.Tx) error {
		return do(shardOf(tx, number, s.options))
	}))
}

// write runs do on a shard in a transaction that is on disk when write returns,
// and wakes the shard's readers. Writers that come together share a commit. do
// may run twice; when it gives one of the store's errors it has changed nothing.
func (s *Store) write(ctx context.Context, number int, do func(*shard) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	var refusal error
	var wrote bool
	var kept []entry
	err := s.db.Batch(func(tx *bbolt.Tx) error {
		sh := shardOf(tx, number, s.options)
		err := do(sh)
		refusal, wrote, kept = nil, sh.wrote, sh.kept
		if refused(err) { // the others of the commit go on
			refusal, err = err, nil
		}
		return err
	})
	if err == nil && wrote {
		err = s.copy.append(kept)
		s.bells[number].ring()
	}
	return cmp.Or(callError(err), refusal)
}

func refused(err error) bool {
	return errors.Is(err, store.ErrRevision) || errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrHeld)
}

func callError(err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return err
}
