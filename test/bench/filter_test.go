package bench

import "testing"

// BenchmarkFiltered measures GET /compute/ of 1,000 servers, of which a filter
// selects all or none, against the unfiltered list.
func BenchmarkFiltered(b *testing.B) {
	const clients, n = 4, 2000
	e := newEstate(b, 10, size{servers: 100, images: 1}, "1h")
	whole := e.request("/compute/", "text/uri-list")
	for _, c := range []struct{ name, query string }{
		{"state", "attribute=occi.compute.state=active"},
		{"cloud", "category=http://schemas.occigate.org/occi/infrastructure/cloud%23cloud3"},
		{"nothing", "attribute=occi.core.title=none"},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := e.request("/compute/?"+c.query, "text/uri-list")
			measure(b, e.Client, whole, clients, n) // warm up
			measure(b, e.Client, r, clients, n)
			var ratio ratios
			for b.Loop() {
				ratio = nil
				for range rounds {
					all := measure(b, e.Client, whole, clients, n)
					some := measure(b, e.Client, r, clients, n)
					ratio = append(ratio, some.perSecond/all.perSecond)
				}
			}
			b.ReportMetric(ratio.median(), "ratio")
			b.Logf("requests/s of the unfiltered list: %s", ratio)
		})
	}
}
