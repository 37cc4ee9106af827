package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"occigate/gateway/store"
)

// pageSize is the number of records that Load reads in one transaction. It
// calls back between transactions, so that a slow reader holds up nobody.
const pageSize = 1000

// Load gives every record of a shard and the position before it began.
func (s *Store) Load(ctx context.Context, number int, each func(store.Record) error) (store.Position, error) {
	if err := store.CheckShard(number); err != nil {
		return "", err
	}
	var pos store.Position
	for from := []byte{0}; from != nil; {
		var page []store.Record
		err := s.read(ctx, number, func(sh *shard) (err error) {
			if pos == "" {
				pos = position(sh.epoch, sh.last())
			}
			page, from, err = sh.page(from)
			return err
		})
		if err != nil {
			return "", err
		}
		for _, rec := range page {
			if err := each(rec); err != nil {
				return "", err
			}
		}
	}
	return pos, nil
}

// page gives the records from a name on, and the name of the next page, nil at
// the end.
func (sh *shard) page(from []byte) (page []store.Record, next []byte, err error) {
	c := sh.records.Cursor()
	for k, v := c.Seek(from); k != nil; k, v = c.Next() {
		if len(page) == pageSize {
			return page, append([]byte{}, k...), nil
		}
		if page, err = appendRecord(page, v); err != nil {
			return nil, nil, err
		}
	}
	return page, nil, nil
}

// Changes gives what was written after pos, and waits for it when there is
// nothing.
func (s *Store) Changes(ctx context.Context, number int, pos store.Position, limit int, wait time.Duration,
) ([]store.Record, store.Position, error) {
	if err := store.CheckShard(number); err != nil {
		return nil, "", err
	}
	if limit < 1 {
		return nil, "", fmt.Errorf("%w: a limit of %d", store.ErrInvalid, limit)
	}
	if wait <= 0 {
		return s.changes(ctx, number, pos, limit)
	}
	timer := time.NewTimer(min(wait, store.MaxWait))
	defer timer.Stop()
	for over := false; ; {
		rung := s.bells[number].rung()
		changes, next, err := s.changes(ctx, number, pos, limit)
		if over || err != nil || len(changes) > 0 {
			return changes, next, err
		}
		pos = next
		select {
		case <-rung:
		case <-timer.C:
			over = true
		case <-ctx.Done():
			return nil, "", ctx.Err()
		case <-s.closed:
			return nil, "", store.ErrClosed
		}
	}
}

// changes gives what was written after pos, without waiting.
func (s *Store) changes(ctx context.Context, number int, pos store.Position, limit int) (page []store.Record, next store.Position, err error) {
	err = s.read(ctx, number, func(sh *shard) error {
		seq, err := sh.locate(pos)
		if err != nil {
			return err
		}
		c := sh.feed.Cursor()
		for k, v := c.Seek(place(seq + 1)); k != nil && len(page) < limit; k, v = c.Next() {
			if page, err = appendRecord(page, v); err != nil {
				return err
			}
			seq = binary.BigEndian.Uint64(k)
		}
		next = position(sh.epoch, seq)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return page, next, nil
}

func position(epoch string, seq uint64) store.Position {
	return store.Position(epoch + "/" + strconv.FormatUint(seq, 10))
}

// locate gives the place in the feed that pos stands for, when the feed still
// reaches back to it; store.ErrReload.
func (sh *shard) locate(pos store.Position) (uint64, error) {
	epoch, number, _ := strings.Cut(string(pos), "/")
	seq, err := strconv.ParseUint(number, 10, 64)
	if pos == "" {
		epoch, seq, err = sh.epoch, 0, nil
	}
	if err != nil || epoch != sh.epoch || seq > sh.last() {
		return 0, fmt.Errorf("%w: %q", store.ErrReload, pos)
	}
	if k, _ := sh.feed.Cursor().First(); k != nil && binary.BigEndian.Uint64(k) > seq+1 {
		return 0, fmt.Errorf("%w: %q is older than the feed", store.ErrReload, pos)
	}
	return seq, nil
}

func appendRecord(page []store.Record, v []byte) ([]store.Record, error) {
	e, err := decodeEntry(v)
	if err != nil {
		return nil, err
	}
	rec, err := e.record()
	return append(page, rec), err
}
