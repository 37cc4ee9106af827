package redis

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"occigate/gateway/store"
)

// The keys, each after the prefix and a colon. Those of a shard have its number
// as hash tag, so that a Cluster keeps them in one slot.
//
//	meta                hash: layout "1", shards "16"
//	{s00}:meta          hash: epoch, last (id of the newest write)
//	{s00}:feed          stream: k name, r revision, d durable, v data (none: removed)
//	{s00}:index         sorted set: names of the records, in their order
//	{s00}:gone          hash: name -> revision and call of its removal
//	{s00}:trail         sorted set: names in gone by the place of their removal
//	{s00}:lease:<uid>   hash: holder, fence, end (Unix time in milliseconds)
//	{s00}:budget:<uid>  hash: a store.Bucket; expires when it is full again
//	{s00}:r:<name>      string: revision, durable, call, line feed, data
//
// An id in the feed is the write's place, counted from 1 without gaps, and the
// random number of the call that wrote it. So a reader sees a gap, and it sees
// when the entry it stands on is not the one it read: a replica that became
// master without the last writes of the old one cannot go unnoticed. A record
// has the number too: a call whose answer was lost can be told from another's.
const (
	layoutName = "layout"
	layout     = "1"
	shardsName = "shards"
)

// shard names the keys of one shard.
type shard struct{ prefix string }

func (s *Store) shard(number int) shard {
	return shard{fmt.Sprintf("%s:{s%02d}:", s.options.Prefix, number)}
}

func (s *Store) shardOf(uid string) shard { return s.shard(store.Shard(uid)) }

func (sh shard) meta() string              { return sh.prefix + "meta" }
func (sh shard) feed() string              { return sh.prefix + "feed" }
func (sh shard) index() string             { return sh.prefix + "index" }
func (sh shard) lease(uid string) string   { return sh.prefix + "lease:" + uid }
func (sh shard) budget(uid string) string  { return sh.prefix + "budget:" + uid }
func (sh shard) record(name string) string { return sh.prefix + "r:" + name }

// keys are those that shard.lua wants, in its order.
func (sh shard) keys() []string {
	return []string{sh.meta(), sh.feed(), sh.index(), sh.prefix + "gone", sh.prefix + "trail"}
}

func (sh shard) records(names []string) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = sh.record(name)
	}
	return keys
}

func newEpoch() string { return rand.Text() }

// parseValue gives the record that a value holds.
func parseValue(key store.Key, value string) (store.Record, error) {
	head, data, ok := bytes.Cut([]byte(value), []byte("\n"))
	field := bytes.Fields(head)
	if !ok || len(field) != 3 {
		return store.Record{}, fmt.Errorf("redis: the value of %q has no head", key)
	}
	return makeRecord(key, string(field[0]), string(field[1]), data)
}

// parseEntry gives the write that an entry of the feed holds.
func parseEntry(entry redis.XMessage) (store.Record, error) {
	text := func(field string) string {
		s, _ := entry.Values[field].(string)
		return s
	}
	key, ok := store.ParseName(text("k"))
	if !ok {
		return store.Record{}, fmt.Errorf("redis: entry %s has no name", entry.ID)
	}
	var data []byte
	if v, ok := entry.Values["v"].(string); ok {
		data = []byte(v)
	}
	return makeRecord(key, text("r"), text("d"), data)
}

func makeRecord(key store.Key, rev, durable string, data []byte) (store.Record, error) {
	number, err := strconv.ParseUint(rev, 10, 64)
	if err != nil {
		return store.Record{}, fmt.Errorf("redis: %q has revision %q", key, rev)
	}
	return store.Record{Key: key, Rev: number, Durable: durable == "1", Data: data}, nil
}
