package providertest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// Cost is what a listing of servers costs in calls of the cloud, exactly.
type Cost struct {
	Endless   bool // a full page has a next one, also where that is empty
	Beside    int  // calls beside the pages, whatever their number
	PerServer int  // further calls for each server, where the API has no other way
	Parallel  int  // how many of those are made at the same time at most
}

// of is the calls for n servers in pages of a size; all on one when it is 0.
func (c Cost) of(n, size int) int {
	pages := 1
	switch {
	case size == 0:
	case c.Endless:
		pages = n/size + 1
	default:
		pages = max(1, (n+size-1)/size)
	}
	return pages + c.Beside + n*c.PerServer
}

// several makes n of them and lists all that the account has then.
func (c Cloud) several(t testing.TB, n int) map[string]providers.Server {
	t.Helper()
	made := make([]string, n)
	for i := range made {
		made[i] = c.running(t).ID
	}
	rows, err := c.Provider.Servers(t.Context())
	c.ok(t, err, "Servers")
	all := byID(t, rows)
	for _, id := range made {
		if _, listed := all[id]; !listed {
			t.Errorf("server %s is not listed", id)
		}
	}
	return all
}

// byID fails for a server that is listed twice.
func byID(t testing.TB, rows []providers.Server) map[string]providers.Server {
	t.Helper()
	all := map[string]providers.Server{}
	for _, s := range rows {
		if _, twice := all[s.ID]; twice {
			t.Errorf("server %s is listed twice", s.ID)
		}
		all[s.ID] = s
	}
	return all
}

// allPages lists more servers than fit on a page, and as many as fit, and
// fewer.
func allPages(t testing.TB, c Cloud) {
	const n = 3
	want := c.several(t, n)
	for _, size := range []int{1, n - 1, n, n + 1} {
		c.set(fault.Fault{Kind: fault.PageSize, Size: size, Call: c.Faults.List})
		before := c.count()
		rows, err := c.Provider.Servers(t.Context())
		c.ok(t, err, fmt.Sprintf("Servers in pages of %d", size))
		if diff := cmp.Diff(want, byID(t, rows)); diff != "" {
			t.Errorf("on one page (-) and on pages of %d (+):\n%s", size, diff)
		}
		if calls := c.count() - before; c.Cost != nil && calls != c.Cost.of(len(rows), size) {
			t.Errorf("pages of %d: %d calls for %d servers, want %d", size, calls, len(rows), c.Cost.of(len(rows), size))
		}
	}
}

// listingCost lists few servers and more, and counts.
func listingCost(t testing.TB, c Cloud) {
	for _, more := range []int{1, 4} {
		had := c.several(t, more)
		before := c.count()
		peak := c.peak(func() { c.ok(t, second(c.Provider.Servers(t.Context())), "Servers") })
		if calls := c.count() - before; calls != c.Cost.of(len(had), 0) {
			t.Errorf("%d calls for %d servers, want %d", calls, len(had), c.Cost.of(len(had), 0))
		}
		if c.Cost.PerServer > 0 && peak > c.Cost.Parallel {
			t.Errorf("%d calls at the same time, want at most %d", peak, c.Cost.Parallel)
		}
	}
}

// peak tells how many calls were under way at the same time at most, in a
// cloud that takes its time.
func (c Cloud) peak(do func()) int {
	if c.Peak == nil {
		do()
		return 0
	}
	c.set(fault.Fault{Kind: fault.Latency, Delay: 10 * time.Millisecond})
	defer c.heal()
	c.Peak()
	do()
	return c.Peak()
}

// count is the number of all calls so far.
func (c Cloud) count() (n int) {
	for _, k := range c.Faults.Plan.Calls() {
		n += k
	}
	return n
}

func failedPageFailsAll(t testing.TB, c Cloud) {
	pages := len(c.several(t, 3))
	if !c.Faults.Paged {
		pages = 1
	}
	for page := range pages {
		c.set(
			fault.Fault{Kind: fault.PageSize, Size: 1, Call: c.Faults.List},
			fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError, Call: c.Faults.List, Skip: page, Times: 1},
		)
		rows, err := c.Provider.Servers(t.Context())
		c.unavailable(t, err, fmt.Sprintf("Servers with page %d failing", page+1))
		if len(rows) != 0 {
			t.Errorf("page %d fails: %d rows beside the error", page+1, len(rows))
		}
	}
}

// vanishedRow lists what the cloud gives, no more and no less: whether a row is
// gone for good is for others to judge.
func vanishedRow(t testing.TB, c Cloud) {
	want := c.several(t, 3)
	c.set(fault.Fault{Kind: fault.Vanish, Size: 1, Times: 1, Call: c.Faults.List})
	rows, err := c.Provider.Servers(t.Context())
	c.ok(t, err, "Servers with a row missing")
	if len(rows) != len(want)-1 {
		t.Errorf("%d servers listed, the cloud gave %d", len(rows), len(want)-1)
	}
	for _, s := range rows {
		if diff := cmp.Diff(want[s.ID], s); diff != "" {
			t.Errorf("beside a missing row (-) was, (+) is:\n%s", diff)
		}
	}
	again, err := c.Provider.Servers(t.Context())
	c.ok(t, err, "Servers again")
	if diff := cmp.Diff(want, byID(t, again)); diff != "" {
		t.Errorf("after the row came back (-) want, (+) got:\n%s", diff)
	}
}

// doubledRows and shuffledRows may be refused where they spoil the pages, but
// never listed wrongly. What a cloud doubles in all its listings makes no second
// volume, network or address either, nor a second interface of a server.
func doubledRows(t testing.TB, c Cloud) {
	c.sameRows(t, fault.Fault{Kind: fault.Duplicate, Size: 2, Times: 1, Call: c.Faults.List})
	c.heal()
	if _, is := c.Provider.(providers.VolumeMaker); is {
		c.volume(t, 1)
	}
	if _, is := c.Provider.(providers.NetworkMaker); is {
		c.network(t)
	}
	if _, is := c.Provider.(providers.AddressMaker); is {
		c.address(t)
	}
	for _, r := range c.reads(c.running(t).ID) {
		want, rows, err := r.do(t.Context())
		c.ok(t, err, r.name)
		c.set(fault.Fault{Kind: fault.Duplicate, Size: 2})
		got, doubled, err := r.do(t.Context())
		c.heal()
		c.ok(t, err, r.name+" of a cloud that doubles rows")
		if diff := cmp.Diff(want, got); diff != "" || doubled != rows {
			t.Errorf("%s: %d rows (-), with doubled ones %d (+): %s", r.name, rows, doubled, diff)
		}
	}
}

func shuffledRows(t testing.TB, c Cloud) {
	c.sameRows(t, fault.Fault{Kind: fault.Shuffle, Call: c.Faults.List})
}

func (c Cloud) sameRows(t testing.TB, f fault.Fault) {
	t.Helper()
	want := c.several(t, 3)
	c.set(f)
	rows, err := c.Provider.Servers(t.Context())
	c.ok(t, err, fmt.Sprintf("Servers with %s", f.Kind))
	if diff := cmp.Diff(want, byID(t, rows)); diff != "" {
		t.Errorf("with %s: was (-) and is (+):\n%s", f.Kind, diff)
	}
	if !c.Faults.Paged {
		return
	}
	c.set(f, fault.Fault{Kind: fault.PageSize, Size: 2, Call: c.Faults.List})
	rows, err = c.Provider.Servers(t.Context())
	if err != nil {
		c.unavailable(t, err, fmt.Sprintf("Servers with %s on pages", f.Kind))
		return
	}
	if diff := cmp.Diff(want, byID(t, rows)); diff != "" {
		t.Errorf("with %s on pages: was (-) and is (+):\n%s", f.Kind, diff)
	}
}

// laggingAppears creates a server that the cloud does not show at first.
func laggingAppears(t testing.TB, c Cloud) {
	if len(c.Faults.Lag) == 0 {
		t.Fatal("the harness has no Faults.Lag")
	}
	c.set(c.Faults.Lag...)
	spec := c.wish(t)
	s := c.create(t, spec)
	c.reaches(t, s.ID, providers.StateActive)
	c.until(t, "server is listed", func() bool { return len(c.withToken(t, spec.Token)) == 1 })
}
