package inventory_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"occigate/gateway/inventory"
	"occigate/gateway/store"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/bolt/bolttest"
	"occigate/providers"
)

// house is an inventory that runs in a bubble of testing/synctest, on a store
// file that outlives it. Sleeping in the bubble moves its clock and nothing
// else, so that every wait is exact; a goroutine that is left behind when the
// bubble ends fails the test.
type house struct {
	*inventory.Inventory
	t     *testing.T
	store store.Store
	stop  func()
}

// inBubble runs a test in a bubble with the path of a store file.
func inBubble(t *testing.T, test func(t *testing.T, file string)) {
	t.Helper()
	file := filepath.Join(folder(t), "store")
	synctest.Test(t, func(t *testing.T) { test(t, file) })
}

// folder is one in memory where there is such a thing: the tests commit often,
// and what a disk does is the store's own test.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "occigate-inventory-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// open starts a house over clouds, the first as account "a", the next "b".
func open(t *testing.T, file string, clouds ...*cloud) *house {
	t.Helper()
	o := inventory.Options{Accounts: accountsOf(clouds)}
	o.Limits.Lease = time.Hour // renewing it costs real time on the disk
	h := openOn(t, openStore(t, file), o)
	inner := h.stop
	h.stop = func() {
		inner()
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	}
	return h
}

func openStore(t *testing.T, file string) store.Store {
	t.Helper()
	return bolttest.Open(t, file, bolt.Options{})
}

func accountsOf(clouds []*cloud) (accounts []inventory.Account) {
	for i, c := range clouds {
		uid := string(rune('a' + i))
		accounts = append(accounts, inventory.Account{UID: uid, Name: "account " + uid, Cloud: "fake", Provider: c})
	}
	return accounts
}

// openOn starts a house on a store that others may use too.
func openOn(t *testing.T, st store.Store, o inventory.Options) *house {
	t.Helper()
	o.Store = st
	h := prepare(t, o)
	h.start()
	return h
}

func prepare(t *testing.T, o inventory.Options) *house {
	t.Helper()
	inv, err := inventory.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &house{Inventory: inv, t: t, store: o.Store}
}

// start runs the inventory and lets its first refresh end.
func (h *house) start() {
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	h.stop = func() {
		h.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("Run: %v", err)
		}
	}
	h.sleep(3 * time.Second)
}

// sleep moves the clock and lets everything that was due happen.
func (h *house) sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (h *house) status(uid string) inventory.Status {
	h.t.Helper()
	for _, st := range h.Accounts() {
		if st.UID == uid {
			return st
		}
	}
	h.t.Fatalf("no account %s", uid)
	return inventory.Status{}
}

// native finds a server by its native id; nil when it is not shown.
func (h *house) native(uid, native string) *inventory.Item {
	return byNative(h.Inventory, uid, inventory.KindServer, native)
}

// byNative finds an item by its native id; nil when it is not shown.
func byNative(v *inventory.Inventory, uid string, kind inventory.Kind, native string) *inventory.Item {
	for it := range v.Select(kind).From(0) {
		if it.UID == uid && it.Native == native {
			return it
		}
	}
	return nil
}

func (h *house) create(uid, name string) (*inventory.Item, error) {
	return h.CreateServer(h.t.Context(), uid, providers.ServerSpec{Name: name}, inventory.Own{Title: name})
}
