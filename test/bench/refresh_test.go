package bench

import (
	"regexp"
	"strconv"
	"testing"

	"occigate/test/cloudsim/fault"
)

var serverRefreshes = regexp.MustCompile(`occigate_refreshes_total\{account="cloud0",kind="server",result="ok"\} (\d+)`)

// refreshes is how often the servers of the first cloud have been listed.
func (e *estate) refreshes(tb testing.TB) int {
	tb.Helper()
	m := serverRefreshes.FindStringSubmatch(e.body(tb, "/metrics", "*/*"))
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// BenchmarkRefresh counts what a refresh of 1,000 servers costs in calls: the
// pages and one listing of ports. Nova links to a next page whenever one is
// full, so that 1,000 servers at 1,000 a page are two pages.
func BenchmarkRefresh(b *testing.B) {
	for _, c := range []struct {
		name        string
		size, pages int
	}{
		{"1000 a page", 1000, 2},
		{"400 a page", 400, 3},
		{"100 a page", 100, 11},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := newEstate(b, 1, size{servers: 1000, images: 1}, "1s")
			plan := e.faults[0]
			plan.Set(fault.Fault{Kind: fault.PageSize, Call: "GET /servers/detail", Size: c.size})
			e.next(b)
			for b.Loop() {
				before, calls := e.refreshes(b), plan.Calls()
				e.next(b)
				e.next(b)
				count, now := e.refreshes(b)-before, plan.Calls()
				listings := float64(now["GET /servers/detail"]-calls["GET /servers/detail"]) / float64(count)
				ports := float64(now["GET /ports"]-calls["GET /ports"]) / float64(count)
				b.ReportMetric(listings+ports, "calls/refresh")
				if listings > float64(c.pages) || ports > 1 {
					b.Errorf("%g listings of servers and %g of ports in each of %d refreshes, want %d and 1", listings, ports, count, c.pages)
				}
			}
		})
	}
}

// next waits for the end of a further refresh of the servers, and for a moment
// in which none is under way.
func (e *estate) next(tb testing.TB) {
	tb.Helper()
	before := e.refreshes(tb)
	e.Eventually(tb, "refreshed", func() bool { return e.refreshes(tb) > before })
}
