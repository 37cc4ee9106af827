package store_test

import (
	"errors"
	"slices"
	"testing"

	"occigate/gateway/store"
)

// TestShardNeverChanges: records lie where these numbers say. They are the
// published FNV-1a sums of the texts (0x811c9dc5, 0xe40c292c, 0xbf9cf968),
// modulo 16.
func TestShardNeverChanges(t *testing.T) {
	for uid, want := range map[string]int{"": 0x5, "a": 0xc, "foobar": 0x8} {
		if got := store.Shard(uid); got != want {
			t.Errorf("Shard(%q) = %d, want %d", uid, got, want)
		}
	}
}

func TestNamesSortAsKeysDo(t *testing.T) {
	keys := []store.Key{ // in order
		{},
		{ID: "a"},
		{Kind: "a"},
		{UID: "a", Kind: "b", ID: "c"},
		{UID: "a", Kind: "b!", ID: ""},
		{UID: "a", Kind: "bc"},
		{UID: "a\x01", Kind: "b"},
		{UID: "a!"},
		{UID: "ab"},
		{UID: "\xff"},
	}
	var names []string
	for _, key := range keys {
		name, err := key.Name()
		if err != nil {
			t.Fatal(err)
		}
		if back, ok := store.ParseName(name); !ok || back != key {
			t.Errorf("ParseName(%q) = %q, %t; want %q", name, back, ok, key)
		}
		names = append(names, name)
	}
	if !slices.IsSorted(names) {
		t.Errorf("not in order: %q", names)
	}
	from, to, err := store.AccountNames("a")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if in := from <= name && name < to; in != (keys[i].UID == "a") {
			t.Errorf("%q is in the account: %t", keys[i], in)
		}
	}
}

func TestNamesRefuseNUL(t *testing.T) {
	for _, key := range []store.Key{{UID: "\x00"}, {Kind: "a\x00"}, {ID: "\x00a"}} {
		if _, err := key.Name(); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: error %v, want ErrInvalid", key, err)
		}
	}
	if _, ok := store.ParseName("a\x00b"); ok {
		t.Error("two parts are a name")
	}
}

func TestEpoch(t *testing.T) {
	for pos, want := range map[store.Position]string{"": "", "E/0": "E", "E/12-34": "E"} {
		if got := pos.Epoch(); got != want {
			t.Errorf("epoch of %q is %q, want %q", pos, got, want)
		}
	}
}
