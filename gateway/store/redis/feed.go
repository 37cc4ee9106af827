package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"occigate/gateway/store"
)

// pageSize is the number of records that Load reads at a time.
const pageSize = 1000

// Load gives every record of a shard and the position before it began.
func (s *Store) Load(ctx context.Context, number int, each func(store.Record) error) (store.Position, error) {
	if err := store.CheckShard(number); err != nil {
		return "", err
	}
	sh := s.shard(number)
	pos, err := s.head(ctx, sh)
	if err != nil {
		return "", err
	}
	for from := "-"; from != ""; {
		names, err := s.names(ctx, sh, from, "+", pageSize)
		if err != nil {
			return "", err
		}
		if err := s.page(ctx, sh, names, each); err != nil {
			return "", err
		}
		from = ""
		if len(names) == pageSize {
			from = "(" + names[pageSize-1]
		}
	}
	after, err := s.head(ctx, sh)
	if err == nil && after.Epoch() != pos.Epoch() {
		err = fmt.Errorf("%w: the shard was emptied", store.ErrReload)
	}
	if err != nil {
		return "", err
	}
	return pos, nil
}

// head gives the position of a shard's newest write.
func (s *Store) head(ctx context.Context, sh shard) (store.Position, error) {
	pos, err := s.runShard(ctx, headScript, sh, nil)
	return store.Position(pos), err
}

// page gives the records of some names, without those removed meanwhile.
func (s *Store) page(ctx context.Context, sh shard, names []string, each func(store.Record) error) error {
	if len(names) == 0 {
		return nil
	}
	values, err := await(ctx, s, func(ctx context.Context) ([]any, error) {
		return s.client.MGet(ctx, sh.records(names)...).Result()
	})
	if err != nil {
		return err
	}
	for i, name := range names {
		value, ok := values[i].(string)
		if !ok {
			continue
		}
		key, ok := store.ParseName(name)
		if !ok {
			return fmt.Errorf("redis: %q is no name", name)
		}
		rec, err := parseValue(key, value)
		if err != nil {
			return err
		}
		if err := each(rec); err != nil {
			return err
		}
	}
	return nil
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
	sh, until := s.shard(number), time.Now().Add(min(wait, store.MaxWait))
	for {
		page, next, err := s.changes(ctx, sh, pos, limit)
		left := time.Until(until)
		if err != nil || len(page) > 0 || left < time.Millisecond { // XREAD counts in these
			return page, next, err
		}
		if err := s.wait(ctx, sh, next, left); err != nil {
			return nil, "", err
		}
		pos = next
	}
}

// wait returns when there is something after pos, or after some time. What is
// there is left to changes, which sees whether it follows on.
func (s *Store) wait(ctx context.Context, sh shard, pos store.Position, block time.Duration) error {
	_, id, _ := strings.Cut(string(pos), "/")
	_, err := await(ctx, s, func(ctx context.Context) ([]redis.XStream, error) {
		ctx, cancel := context.WithTimeout(ctx, block+s.options.Timeout)
		defer cancel()
		return s.reader.XRead(ctx, &redis.XReadArgs{Streams: []string{sh.feed(), id}, Count: 1, Block: block}).Result()
	})
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

// changes gives what was written after pos, without waiting. It reads from the
// entry of pos itself on, which proves that nothing between is missing, and
// looks at the epoch last, so that no other epoch's entries pass.
func (s *Store) changes(ctx context.Context, sh shard, pos store.Position, limit int) ([]store.Record, store.Position, error) {
	if pos == "" {
		head, err := s.head(ctx, sh)
		if err != nil {
			return nil, "", err
		}
		pos = store.Position(head.Epoch() + "/0")
	}
	at, ok := parsePosition(pos)
	if !ok {
		return nil, "", fmt.Errorf("%w: %q", store.ErrReload, pos)
	}
	var epoch *redis.StringCmd
	entries, err := await(ctx, s, func(ctx context.Context) ([]redis.XMessage, error) {
		pipe := s.client.Pipeline()
		entries := pipe.XRangeN(ctx, sh.feed(), at.from(), "+", int64(limit)+1)
		epoch = pipe.HGet(ctx, sh.meta(), "epoch")
		if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
			return nil, err
		}
		return entries.Result()
	})
	if err != nil {
		return nil, "", err
	}
	entries, ok = at.follow(entries)
	if epoch.Val() != at.epoch {
		return nil, "", fmt.Errorf("%w: %q", store.ErrReload, pos)
	}
	if !ok {
		return nil, "", s.behind(ctx, sh, at)
	}
	entries = entries[:min(limit, len(entries))]
	page := make([]store.Record, len(entries))
	for i, entry := range entries {
		if page[i], err = parseEntry(entry); err != nil {
			return nil, "", err
		}
		pos = store.Position(at.epoch + "/" + entry.ID)
	}
	return page, pos, nil
}

// behind says why a feed of our epoch does not have the entry at a place: it was
// cut off as too old, or the writes up to there are lost.
func (s *Store) behind(ctx context.Context, sh shard, at place) error {
	first, err := await(ctx, s, func(ctx context.Context) ([]redis.XMessage, error) {
		return s.client.XRangeN(ctx, sh.feed(), "-", "+", 1).Result()
	})
	switch {
	case err != nil:
		return err
	case len(first) > 0 && number(first[0].ID) > number(at.id):
		return fmt.Errorf("%w: %q is older than the feed", store.ErrReload, at.id)
	}
	return fmt.Errorf("%w: %q is not there", store.ErrTorn, at.id)
}

// number is the write's place in an id, 0 before the first.
func number(id string) uint64 {
	seq, _, _ := strings.Cut(id, "-")
	n, _ := strconv.ParseUint(seq, 10, 64) // ids were looked at before
	return n
}

// place is what a position says.
type place struct {
	epoch string
	id    string // of the newest entry that was read, "0" before the first
}

func parsePosition(pos store.Position) (place, bool) {
	epoch, id, _ := strings.Cut(string(pos), "/")
	if id == "0" {
		return place{epoch, id}, epoch != ""
	}
	seq, call, _ := strings.Cut(id, "-")
	_, err := strconv.ParseUint(seq, 10, 64)
	if err == nil {
		_, err = strconv.ParseUint(call, 10, 64)
	}
	return place{epoch, id}, err == nil && epoch != ""
}

// from is where to read the feed from, to see that it goes on from here.
func (p place) from() string {
	if p.id == "0" {
		return "-"
	}
	return p.id
}

// follow gives the entries after the place; false when they do not follow on.
func (p place) follow(entries []redis.XMessage) ([]redis.XMessage, bool) {
	if p.id == "0" {
		return entries, len(entries) == 0 || strings.HasPrefix(entries[0].ID, "1-")
	}
	if len(entries) == 0 || entries[0].ID != p.id {
		return nil, false
	}
	return entries[1:], true
}
