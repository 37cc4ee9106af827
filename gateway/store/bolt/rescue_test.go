package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"occigate/gateway/store"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/bolt/bolttest"
)

func durable(i int) store.Key {
	return store.Key{UID: fmt.Sprint("account", i%7), Kind: "own", ID: fmt.Sprint(i)}
}

// lived gives the path of a closed store with durable records that were
// written, written again and removed, and others, and what of it is durable.
func lived(t *testing.T) (path, want string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "store.db")
	if err := os.WriteFile(path, filled(t), 0o600); err != nil {
		t.Fatal(err)
	}
	s := bolttest.Open(t, path, bolt.Options{})
	put := func(i int, rev uint64, keep bool, data []byte) {
		if _, err := s.Put(t.Context(), store.Record{Key: durable(i), Rev: rev, Durable: keep, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		put(i, 0, true, fmt.Append(nil, "first ", i))
	}
	for i := range 20 {
		put(i, 1, true, fmt.Append(nil, "second ", i))
	}
	for i := range 10 {
		put(i, 2, i%2 == 0, nil)
	}
	put(29, 1, false, []byte("not durable any more"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, durables(t, path)
}

// durables gives the durable records of a file, without their revisions.
func durables(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	for line := range strings.Lines(contents(t, path)) {
		key, rest, _ := strings.Cut(line, "} ")
		if _, rest, _ = strings.Cut(rest, " "); strings.HasPrefix(rest, "true ") {
			fmt.Fprint(&all, key, " ", rest)
		}
	}
	return all.String()
}

// TestRescueKeepsWhatIsDurable damages a file in many ways: whenever Open
// refuses it, Rescue makes a file that opens and has all that is durable.
func TestRescueKeepsWhatIsDurable(t *testing.T) {
	path, want := lived(t)
	if n := strings.Count(want, "\n"); n != 19 {
		t.Fatalf("%d durable records, want 19:\n%s", n, want)
	}
	whole := read(t, path)
	damages := map[string]func([]byte) []byte{
		"cut to nothing":       func([]byte) []byte { return nil },
		"cut in half":          func(b []byte) []byte { return b[:len(b)/2] },
		"another kind of file": func([]byte) []byte { return []byte("SQLite format 3") },
		"zeros":                func(b []byte) []byte { return make([]byte, len(b)) },
		"a byte of its head":   flipped(30),
	}
	for i := range 8 {
		damages[fmt.Sprint("flip ", i)] = flipped(2*os.Getpagesize() + rand.IntN(len(whole)-2*os.Getpagesize()))
	}
	for name, damage := range damages {
		broken := damage(bytes.Clone(whole))
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := bolt.Open(path, bolt.Options{})
		if err == nil { // in a page that nothing uses
			s.Close()
			continue
		}
		wantCorrupt(t, err, path)
		r, err := bolt.Rescue(path, bolt.Options{Now: func() time.Time { return time.Now().Add(time.Duration(len(name)) * time.Hour) }})
		if err != nil || r.Kept != 19 || r.Damaged != 0 {
			t.Fatalf("%s: %+v, %v", name, r, err)
		}
		if got := durables(t, path); got != want {
			t.Errorf("%s: the new file has\n%s\nwant\n%s", name, got, want)
		}
		if r.Aside != "" && !bytes.Equal(read(t, r.Aside), broken) || r.Aside == "" && len(broken) > 0 {
			t.Errorf("%s: the damaged file is not kept: %q", name, r.Aside)
		}
	}
}

func flipped(at int) func([]byte) []byte {
	return func(b []byte) []byte { b[at] ^= 0x41; return b }
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestALostFileIsSaid: a file that went away is no new one when its journal is
// still there.
func TestALostFileIsSaid(t *testing.T) {
	path, want := lived(t)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err := bolt.Open(path, bolt.Options{})
	wantCorrupt(t, err, path)
	if _, err := bolt.Rescue(path, bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := durables(t, path); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestADamagedJournalCostsWhatIsDamaged: one line less is one write less, and a
// journal that was cut ends at its last whole line.
func TestADamagedJournalCostsWhatIsDamaged(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"flipped": func(b []byte) []byte { return flipped(bytes.IndexByte(b, '\n') + 40)(b) },
		"cut":     func(b []byte) []byte { return b[:len(b)-1] },
	} {
		path, want := lived(t)
		journal := path + ".journal"
		broken := damage(read(t, journal))
		if err := errors.Join(os.WriteFile(journal, broken, 0o600), os.Truncate(path, 5000)); err != nil {
			t.Fatal(err)
		}
		r, err := bolt.Rescue(path, bolt.Options{})
		if err != nil || r.Kept != 18 || r.Damaged != 1 {
			t.Fatalf("%s: %+v, %v", name, r, err)
		}
		for line := range strings.Lines(durables(t, path)) {
			if !strings.Contains(want, line) {
				t.Errorf("%s: the new file has %s", name, line)
			}
		}
		if aside, _ := filepath.Glob(journal + ".damaged-*"); len(aside) != 1 || !bytes.Equal(read(t, aside[0]), broken) {
			t.Errorf("%s: the damaged journal is not kept: %v", name, aside)
		}
	}
}

// TestTheJournalStaysSmall: it is written anew before it has much more than what
// is durable.
func TestTheJournalStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := bolttest.Open(t, path, bolt.Options{FeedLength: 10})
	data := bytes.Repeat([]byte("x"), 64<<10)
	var rev uint64
	for i := range 60 {
		data[0] = byte(i)
		var err error
		if rev, err = s.Put(t.Context(), store.Record{Key: durable(1), Rev: rev, Durable: true, Data: data}); err != nil {
			t.Fatal(err)
		}
		if size := len(read(t, path+".journal")); size > 2<<20 {
			t.Fatalf("after %d writes of 64 KiB the journal has %d bytes", i+1, size)
		}
	}
	s.Close()
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if r, err := bolt.Rescue(path, bolt.Options{}); err != nil || r.Kept != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if rec, err := bolttest.Open(t, path, bolt.Options{}).Get(t.Context(), durable(1)); err != nil || !bytes.Equal(rec.Data, data) {
		t.Errorf("the newest write is not what was rescued: %v", err)
	}
}

// TestRescueLeavesWhatIsWhole and what another process has open.
func TestRescueLeavesWhatIsWhole(t *testing.T) {
	path, want := lived(t)
	if r, err := bolt.Rescue(path, bolt.Options{}); err != nil || r != (bolt.Rescued{}) || durables(t, path) != want {
		t.Errorf("%+v, %v", r, err)
	}
	bolttest.Open(t, path, bolt.Options{})
	if _, err := bolt.Rescue(path, bolt.Options{LockTimeout: 10 * time.Millisecond}); !errors.Is(err, bolt.ErrInUse) {
		t.Errorf("error %v, want ErrInUse", err)
	}
}
