package inventory

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"occigate/gateway/store"
	"occigate/providers"
)

// Whatever is written in whatever order, what is shown after each change is
// what a gateway shows that starts then and reads all of it at once.
func TestChangesComeToWhatALoadDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		grown, stored := freshFeed(), map[store.Key]store.Record{}
		revs := map[store.Key]uint64{}
		for range rapid.IntRange(1, 12).Draw(t, "batches") {
			var batch []store.Record
			for range rapid.IntRange(1, 6).Draw(t, "records") {
				rec := someRecord(t)
				revs[rec.Key]++
				rec.Rev = revs[rec.Key]
				batch = append(batch, rec)
				if stored[rec.Key] = rec; rec.Data == nil {
					delete(stored, rec.Key)
				}
			}
			grown.take(batch)
		}
		loaded := freshFeed()
		loaded.readAll(stored)
		sameView(t, grown.view, loaded.view)
		if now, then := grown.states["a"].passing, loaded.states["a"].passing; !reflect.DeepEqual(now, then) {
			t.Fatalf("%v are in transition, after a load %v", now, then)
		}
		grown.readAll(stored) // a reload shows nothing else either
		sameView(t, grown.view, loaded.view)
	})
}

func freshFeed() *feed {
	o := Options{Accounts: []Account{{UID: "a", Cloud: "c"}}, Words: func(it *Item) []Word { return []Word{{Facet: "kind", Value: string(it.Kind)}} }}
	o.defaults()
	o.Log = zap.NewNop()
	return newFeed(o)
}

// readAll reads all that is stored as its shards.
func (f *feed) readAll(stored map[store.Key]store.Record) {
	var records []store.Record
	for _, rec := range stored {
		records = append(records, rec)
	}
	f.replace(store.Shard("a"), "epoch/1", decodeAll(records, f.unreadable), loss{})
}

// someRecord is a write of one of a few rows that mention each other, of what is
// known of them beside, or of a change of ours.
func someRecord(t *rapid.T) store.Record {
	n := rapid.IntRange(1, 3).Draw(t, "number")
	other := rapid.IntRange(1, 3).Draw(t, "other")
	kind := rapid.SampledFrom([]Kind{KindServer, KindVolume, KindNetwork, KindImage, KindAddress, recOwn, recIntent}).Draw(t, "kind")
	rec := store.Record{Key: store.Key{UID: "a", Kind: string(kind), ID: fmt.Sprintf("%s-%d", kind, n)}}
	of := fmt.Sprintf("server-%d", n)
	var value any
	switch kind {
	case recOwn:
		rec.ID = of
		value = own{Kind: KindServer, Native: native(KindServer, n), Title: fmt.Sprint("title ", other), Mixins: []string{"m"}}
	case recIntent:
		class := rapid.SampledFrom([]class{classDelete, classChange}).Draw(t, "class")
		rec.ID = intentID(of, class)
		value = intent{ID: of, Kind: KindServer, Class: class, Op: "start", Phase: accepted, Before: providers.StateInactive}
	default:
		value = &row{Native: native(kind, n), Born: time.Unix(int64(other), 0), thing: someThing(kind, n, other)}
	}
	if rapid.IntRange(0, 3).Draw(t, "put") > 0 {
		rec.Data = encode(value)
	}
	return rec
}

func native(kind Kind, n int) string { return fmt.Sprintf("%s/%d", kind, n) }

func someThing(kind Kind, n, other int) thing {
	switch kind {
	case KindServer:
		return thing{Server: &providers.Server{
			ID: native(kind, n), State: providers.StateInactive, ImageID: native(KindImage, other), Power: []providers.PowerOp{"start"},
			Interfaces: []providers.Interface{{ID: "p1", ServerID: native(kind, n), NetworkID: native(KindNetwork, other)}},
		}}
	case KindVolume:
		return thing{Volume: &providers.Volume{ID: native(kind, n), SizeGiB: float64(other), Attachments: []providers.Attachment{
			{ServerID: native(KindServer, other), VolumeID: native(kind, n)},
		}}}
	case KindNetwork:
		state := providers.ResourceOnline
		if other == 1 {
			state = providers.ResourcePending
		}
		return thing{Network: &providers.Network{ID: native(kind, n), VLAN: other, State: state}}
	case KindImage:
		return thing{Image: &providers.Image{ID: native(kind, n), Name: fmt.Sprint("image ", other)}}
	}
	return thing{Address: &providers.Address{ID: native(kind, n), ServerID: native(KindServer, other), NetworkID: native(KindNetwork, n)}}
}

// sameView compares what is shown: items, their links, and what they are found by.
func sameView(t *rapid.T, a, b *view) {
	for id, n := range a.entries {
		if b.entries[id].item == nil {
			t.Fatalf("%s %s is shown, and not after a load", n.item.Kind, id)
		}
		if now, then := *n.item, *b.entries[id].item; !reflect.DeepEqual(now, then) {
			t.Fatalf("%+v, after a load %+v", now, then)
		}
	}
	if len(a.entries) != len(b.entries) {
		t.Fatalf("%d items, after a load %d", len(a.entries), len(b.entries))
	}
	for id, links := range a.bySource {
		if len(links) != len(b.bySource[id]) {
			t.Fatalf("%s has %d links, after a load %d", id, len(links), len(b.bySource[id]))
		}
	}
	for kind, x := range a.indexes {
		for word, set := range x.words {
			if set.Len() != b.indexes[kind].words[word].Len() {
				t.Fatalf("%d are %v, after a load %d", set.Len(), word, b.indexes[kind].words[word].Len())
			}
		}
	}
	if !reflect.DeepEqual(positive(a.counts("a")), positive(b.counts("a"))) {
		t.Fatalf("counts %v, after a load %v", a.counts("a"), b.counts("a"))
	}
}

func positive(counts map[Kind]int) map[Kind]int {
	for kind, n := range counts {
		if n == 0 {
			delete(counts, kind)
		}
	}
	return counts
}

// What is decoded is what was stored, in slices without room to grow.
func TestCompactRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := newSharing()
		for range 4 {
			kind := rapid.SampledFrom([]Kind{KindServer, KindVolume, KindNetwork, KindAddress}).Draw(t, "kind")
			want := someThing(kind, rapid.IntRange(1, 2).Draw(t, "n"), rapid.IntRange(1, 2).Draw(t, "other"))
			rec := store.Record{Key: store.Key{UID: "a", Kind: string(kind), ID: "x"}, Data: encode(row{thing: want}), Rev: 1}
			s := newState("a", "c")
			f, err := one.decode(rec)
			if err != nil {
				t.Fatal(err)
			}
			f.set(s)
			got := s.rows[rowKey{kind, "x"}]
			if !reflect.DeepEqual(got.thing, want) || got.rev != 1 {
				t.Fatalf("%+v, want %+v", got.thing, want)
			}
			if v := got.Server; v != nil && (cap(v.Interfaces) != 1 || cap(v.Power) != 1) {
				t.Fatalf("room for %d interfaces and %d operations", cap(v.Interfaces), cap(v.Power))
			}
		}
	})
}
