package storetest

import (
	"fmt"
	"time"

	"occigate/gateway/store"
)

var budgetCases = []testCase{
	{"gives a burst, then one call after the other", budgetBurst},
	{"comes back with time", budgetRefill},
	{"gives nothing to who would not wait", budgetImpatient},
	{"is one for all gateways", budgetShared},
	{"is of one account", budgetAccounts},
	{"is halved when the cloud complains", budgetHalved},
	{"takes complaints of one moment for one", budgetComplaints},
	{"is closed while the cloud wants no calls", budgetPause},
	{"has to allow something", budgetInvalid},
}

// slowly is a budget so slow that a test takes no time in comparison: 100 s for
// a call.
var slowly = store.Budget{PerSecond: 0.01, Burst: 3}

const aCall = 100 * time.Second

// take wants the next call to wait about so long.
func (e env) take(s store.Store, uid string, want time.Duration) {
	e.Helper()
	wait, err := s.Take(e.ctx, uid, slowly, time.Hour)
	e.ok(err)
	if wait > want || wait < want-aCall/2 || want == 0 && wait != 0 {
		e.Fatalf("a call waits %v, want %v", wait, want)
	}
}

func (e env) spend(uid string) {
	e.Helper()
	for range slowly.Burst {
		e.take(e.Store, uid, 0)
	}
}

func budgetBurst(e env) {
	e.spend("a")
	e.take(e.Store, "a", aCall)
	e.take(e.Store, "a", 2*aCall)
}

func budgetRefill(e env) {
	fast := store.Budget{PerSecond: 20, Burst: 1}
	for range 3 {
		wait, err := e.Store.Take(e.ctx, "a", fast, time.Hour)
		e.ok(err)
		e.equal(wait, time.Duration(0))
		e.Advance(50 * time.Millisecond)
	}
}

func budgetImpatient(e env) {
	e.spend("a")
	for range 3 {
		wait, err := e.Store.Take(e.ctx, "a", slowly, 0)
		e.ok(err)
		if wait == 0 {
			e.Fatal("a call need not wait when all is spent")
		}
	}
	e.take(e.Store, "a", aCall)
}

func budgetShared(e env) {
	e.take(e.Store, "a", 0)
	e.take(e.Peer, "a", 0)
	e.take(e.Store, "a", 0)
	e.take(e.Peer, "a", aCall)
	e.ok(e.Store.Slow(e.ctx, "a", slowly, time.Hour/2))
	e.take(e.Peer, "a", time.Hour/2+4*aCall) // the second beyond the burst, at half the rate
}

func budgetAccounts(e env) {
	both := uids(5, 2)
	e.spend(both[0])
	e.spend(both[1])
	e.spend("")
}

func budgetHalved(e env) {
	e.ok(e.Store.Slow(e.ctx, "a", slowly, 0))
	e.take(e.Store, "a", 2*aCall)
	e.take(e.Store, "a", 4*aCall)
}

func budgetComplaints(e env) {
	e.within(store.OneComplaint, func(uid string) string {
		for range 5 {
			e.ok(e.Store.Slow(e.ctx, uid, slowly, 0))
		}
		wait, err := e.Store.Take(e.ctx, uid, slowly, time.Hour)
		e.ok(err)
		if wait > 2*aCall {
			return fmt.Sprintf("a call waits %v, more than at half the rate", wait)
		}
		return ""
	})
}

func budgetPause(e env) {
	e.ok(e.Store.Slow(e.ctx, "a", slowly, 50*time.Millisecond))
	wait, err := e.Store.Take(e.ctx, "a", slowly, 0)
	e.ok(err)
	if wait == 0 {
		e.Fatal("a call is made in the pause")
	}
	e.ok(e.Store.Slow(e.ctx, "a", slowly, time.Hour/2))
	wait, err = e.Store.Take(e.ctx, "a", slowly, time.Minute)
	e.ok(err)
	if wait < time.Hour/2-time.Minute {
		e.Fatalf("a call waits %v in a pause of half an hour", wait)
	}
}

func budgetInvalid(e env) {
	for _, b := range []store.Budget{{}, {PerSecond: 1}, {Burst: 1}, {PerSecond: -1, Burst: 1}} {
		_, err := e.Store.Take(e.ctx, "a", b, time.Hour)
		e.wantErr(err, store.ErrInvalid)
		e.wantErr(e.Store.Slow(e.ctx, "a", b, 0), store.ErrInvalid)
	}
	_, err := e.Store.Take(e.ctx, "a\x00", slowly, time.Hour)
	e.wantErr(err, store.ErrInvalid)
}
