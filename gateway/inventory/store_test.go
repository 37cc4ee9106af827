package inventory_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/gateway/store"
	"occigate/providers"
)

// watched is a store that counts what is written under leases, can be swapped
// for an empty one, and refuses work when told so.
type watched struct {
	mu sync.Mutex
	store.Store
	writes []store.Write
	puts   int
	finds  int
	broken error // answers nothing
	full   error // takes no single records
	mute   error // takes single records and does not say so
	held   store.Lease
	deaf   bool          // renewing succeeds without reaching the store
	hangs  bool          // answers only when its caller has waited long enough
	closed error         // takes no batches
	slow   time.Duration // takes so long for a batch
	late   time.Duration // tells so late what was written
	again  map[int]bool  // shards that have to be loaded again
}

// alone opens a house on a watched store, with leases of the usual length.
func alone(t *testing.T, file string, a *cloud) (*house, *watched) {
	t.Helper()
	st := &watched{Store: openStore(t, file)}
	return openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a})}), st
}

func (w *watched) now() (store.Store, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Store, w.broken
}

// reach is now for calls that hang when told so.
func (w *watched) reach(ctx context.Context) (store.Store, error) {
	w.mu.Lock()
	hangs := w.hangs
	w.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return w.now()
}

func (w *watched) Load(ctx context.Context, shard int, each func(store.Record) error) (store.Position, error) {
	st, err := w.now()
	if err != nil {
		return "", err
	}
	return st.Load(ctx, shard, each)
}

func (w *watched) Changes(ctx context.Context, shard int, pos store.Position, limit int, wait time.Duration) ([]store.Record, store.Position, error) {
	st, err := w.now()
	if err != nil {
		return nil, "", err
	}
	w.mu.Lock()
	late, again := w.late, w.again[shard]
	delete(w.again, shard)
	w.mu.Unlock()
	if again {
		return nil, "", store.ErrReload
	}
	pause(ctx, late)
	return st.Changes(ctx, shard, pos, limit, wait)
}

func (w *watched) Get(ctx context.Context, key store.Key) (store.Record, error) {
	st, err := w.reach(ctx)
	if err != nil {
		return store.Record{}, err
	}
	return st.Get(ctx, key)
}

func (w *watched) Find(ctx context.Context, keys ...store.Key) ([]store.Record, error) {
	st, err := w.reach(ctx)
	if err != nil {
		return nil, err
	}
	w.set(func() { w.finds++ })
	return st.Find(ctx, keys...)
}

func (w *watched) Put(ctx context.Context, rec store.Record) (uint64, error) {
	st, err := w.reach(ctx)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	w.puts++
	full, mute := w.full, w.mute
	w.mu.Unlock()
	if full != nil {
		return 0, full
	}
	if rev, err := st.Put(ctx, rec); mute == nil {
		return rev, err
	}
	return 0, mute
}

func (w *watched) Apply(ctx context.Context, lease store.Lease, batch []store.Write) error {
	st, err := w.reach(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.writes = append(w.writes, batch...)
	closed, slow := w.closed, w.slow
	w.mu.Unlock()
	time.Sleep(slow)
	if closed != nil {
		return closed
	}
	return st.Apply(ctx, lease, batch)
}

func (w *watched) Acquire(ctx context.Context, uid, holder string, ttl time.Duration, seen uint64) (store.Lease, error) {
	st, err := w.reach(ctx)
	if err != nil {
		return store.Lease{}, err
	}
	w.mu.Lock()
	held, deaf := w.held, w.deaf
	w.mu.Unlock()
	if deaf {
		return held, nil
	}
	lease, err := st.Acquire(ctx, uid, holder, ttl, seen)
	if err == nil {
		w.set(func() { w.held = lease })
	}
	return lease, err
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 { // see wake in worker.go
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (w *watched) set(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do()
}

func TestARefreshWithoutChangeWritesOneStamp(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		a.add(1200) // more than one batch
		h, st := alone(t, file, a)
		defer h.stop()
		if n := len(h.List(inventory.KindServer)); n != 1201 {
			t.Fatalf("%d servers", n)
		}
		h.sleep(7 * time.Second)
		st.set(func() { st.writes, st.puts = nil, 0 })
		h.Ring("a")
		h.sleep(2 * time.Second)
		if len(st.writes) != 1 || st.writes[0].Kind != "stamp" || st.puts != 0 {
			t.Errorf("%d writes and %d puts, want one stamp", len(st.writes), st.puts)
		}
	})
}

// All that no cloud can give back is in memory too, and comes back from there.
func TestTheStoreIsEmptied(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.tokenless = true
		a.add(1)
		h, st := alone(t, file, a)
		defer h.stop()
		second := openStore(t, file+".new")
		made, err := h.create("a", "ours")
		if err != nil {
			t.Fatal(err)
		}
		h.sleep(time.Minute)
		found, err := h.Describe(t.Context(), h.native("a", "i-1").ID, inventory.Own{Title: "titled"})
		if err != nil {
			t.Fatal(err)
		}
		st.set(func() { st.Store = second })
		h.sleep(2 * time.Minute)
		for _, want := range []*inventory.Item{made, found} {
			if it, ok := h.Get(t.Context(), want.ID); !ok || it.Title != want.Title {
				t.Errorf("%s is %+v", want.Title, it)
			}
		}
		if n := len(h.List(inventory.KindServer)); n != 2 {
			t.Errorf("%d servers, want 2", n)
		}
		if n := a.count("CreateServer"); n != 1 {
			t.Errorf("%d creates", n)
		}
	})
}

// What the clouds can give back is asked for at once, not when it is due.
func TestWhatAnEmptiedStoreHeldIsListedAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h, st := alone(t, file, a)
		defer h.stop()
		second := openStore(t, file+".new")
		before := h.status("a").Counts
		st.set(func() { st.Store = second })
		h.sleep(15 * time.Second) // the next listing of the catalogue is due in a quarter of an hour
		if st := h.status("a"); !st.Complete || !maps.Equal(st.Counts, before) {
			t.Errorf("%+v, want as many as before: %v", st, before)
		}
	})
}

// The store goes away between the intent and the answer: what the cloud has
// accepted is not lost, and is recorded when the store is back.
func TestTheStoreFailsDuringACreate(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.tokenless = true
		h, st := alone(t, file, a)
		defer h.stop()
		a.crash["CreateServer"] = func() { st.set(func() { st.broken = errors.New("no route to host") }) }
		made, err := h.create("a", "x")
		if err != nil || made.Native != "i-1" || made.Title != "x" {
			t.Fatalf("%+v, %v", made, err)
		}
		if _, err := h.create("a", "y"); providers.Kind(err) != providers.ErrUnavailable {
			t.Errorf("a create without the store: %v", err)
		}
		h.sleep(10 * time.Second)
		st.set(func() { st.broken = nil })
		h.sleep(2 * time.Minute)
		if list := h.List(inventory.KindServer); len(list) != 1 || list[0].ID != made.ID || list[0].Pending != "" {
			t.Errorf("in the end: %+v", list)
		}
	})
}

func TestNewRefusesBadOptions(t *testing.T) {
	c := newCloud("1")
	for name, o := range map[string]inventory.Options{
		"no store":    {},
		"no uid":      {Store: &watched{}, Accounts: []inventory.Account{{Provider: c}}},
		"no provider": {Store: &watched{}, Accounts: []inventory.Account{{UID: "a"}}},
		"one uid":     {Store: &watched{}, Accounts: []inventory.Account{{UID: "a", Provider: c}, {UID: "a", Provider: c}}},
	} {
		if _, err := inventory.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	inv, err := inventory.New(inventory.Options{Store: &watched{}, Accounts: accountsOf([]*cloud{c})})
	if err != nil || inv.Ready() {
		t.Errorf("ready before Run: %v", err)
	}
	if _, err := inv.CreateServer(t.Context(), "a", providers.ServerSpec{}, inventory.Own{}); !errors.Is(err, inventory.ErrNotReady) {
		t.Errorf("create before Run: %v", err)
	}
}

// What was listed under a lost lease is not written, and is listed again.
func TestTheLeaseIsLost(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h, st := alone(t, file, a)
		defer h.stop()
		stolen := func() {
			for {
				if _, err := st.Store.Acquire(context.Background(), "a", "thief", 20*time.Second, 0); err == nil {
					return
				}
				time.Sleep(time.Second)
			}
		}
		st.set(func() { st.deaf = true }) // its renewals do not arrive
		stolen()
		a.add(1)
		listings := a.count("Servers")
		h.Ring("a")
		h.sleep(6 * time.Second)
		if a.count("Servers") == listings {
			t.Error("nothing was listed")
		}
		if n := len(h.List(inventory.KindServer)); n != 1 {
			t.Errorf("%d servers, though another holds the lease", n)
		}
		st.set(func() { st.deaf = false })
		h.sleep(40 * time.Second)
		if n := len(h.List(inventory.KindServer)); n != 2 {
			t.Errorf("%d servers when the lease is back, want 2", n)
		}
	})
}

// A change that goes through without the store waits for it once, not at each of
// its steps.
func TestAStoreThatHangsHoldsChangesUpOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(2)
		h, st := alone(t, file, a)
		defer h.stop()
		first, second := h.native("a", "i-1").ID, h.native("a", "i-2").ID
		st.set(func() { st.hangs = true })
		defer st.set(func() { st.hangs = false })
		for _, id := range []string{first, second} {
			began := time.Now()
			if _, err := h.Power(t.Context(), id, providers.PowerStop); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 7*time.Second {
				t.Errorf("a stop takes %v beside a store that hangs", took)
			}
		}
		began := time.Now()
		if _, err := h.create("a", "x"); providers.Kind(err) != providers.ErrUnavailable || time.Since(began) > time.Second {
			t.Errorf("a create is refused after %v: %v", time.Since(began), err)
		}
	})
}
