package bolt

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"go.etcd.io/bbolt"

	"occigate/gateway/store"
)

// Rescued says what Rescue did.
type Rescued struct {
	Aside   string // where the damaged file is now, "" when there was none
	Kept    int    // durable records taken from the journal
	Damaged int    // writes in the journal that cannot be read; what they wrote is as it was before them
}

// Rescue puts a new file in the place of one that Open refuses with ErrCorrupt:
// it has the durable records as the journal last knew them, and new epochs. All
// else has to be asked of the clouds again. The damaged file is kept beside it,
// and so is a journal that was damaged too. The errors are ErrInUse and those
// of the file system; a Rescue that was interrupted can be done again.
func Rescue(path string, options Options) (r Rescued, err error) {
	options = options.withDefaults()
	switch err := verify(path, options); {
	case err == nil:
		return Rescued{}, nil // somebody was faster
	case !errors.Is(openError(path, err), ErrCorrupt):
		return Rescued{}, openError(path, err)
	}
	kept, damaged, err := readJournal(path)
	if err != nil {
		return Rescued{}, openError(path, err)
	}
	r = Rescued{Kept: len(kept), Damaged: damaged}
	if err := buildFile(path+".new", options, kept); err != nil {
		return Rescued{}, openError(path, err)
	}
	suffix := options.Now().UTC().Format(".damaged-20060102T150405Z")
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		r.Aside = path + suffix
		if err := os.Rename(path, r.Aside); err != nil {
			return Rescued{}, openError(path, err)
		}
	}
	if damaged > 0 {
		if err := os.Link(journalPath(path), journalPath(path)+suffix); err != nil {
			return Rescued{}, openError(path, err)
		}
	}
	if err := replaceFile(path+".new", path); err != nil {
		return Rescued{}, openError(path, err)
	}
	return r, nil
}

// buildFile makes a file that holds these records and nothing else.
func buildFile(path string, options Options, records map[string]entry) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := openFile(path, options)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range slices.Sorted(maps.Keys(records)) {
			key, ok := store.ParseName(name)
			if !ok {
				return damaged("%q is no name", name)
			}
			if _, err := shardOf(tx, store.Shard(key.UID), options).append(records[name]); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

// verifyLost looks at a file that is not there or empty. It is a new one, unless
// a journal says that there was more.
func verifyLost(path string) error {
	kept, damagedLines, err := readJournal(path)
	if err == nil && len(kept)+damagedLines > 0 {
		err = fmt.Errorf("%w: it is gone or empty, and %s has %d durable records of it", ErrCorrupt, journalPath(path), len(kept))
	}
	return err
}
