package bench

import (
	"runtime"
	"testing"
)

// BenchmarkQuery compares the query interface with 6 clouds of 500 images with
// a bare handler that writes the same bytes: it is rendered once for each change
// of a catalogue, not for each request.
func BenchmarkQuery(b *testing.B) {
	e := newEstate(b, 6, size{servers: 1, images: 500}, "1h")
	for _, c := range []struct{ name, accept string }{
		{"text", "text/plain"},
		{"json", "application/occi+json"},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := e.body(b, "/-/", c.accept)
			ours := e.request("/-/", c.accept)
			theirs := request{url: bare(b, []byte(body), c.accept), accept: c.accept, user: user, password: password}
			var ratio ratios
			for b.Loop() {
				ratio = compare(b, e.Client, ours, theirs)
			}
			b.ReportMetric(ratio.median(), "ratio")
			b.Logf("%d bytes; requests/s of the bare handler: %s", len(body), ratio)
			if ratio.median() < 0.5 {
				b.Errorf("ratio %s, the bar is 0.5", ratio)
			}
		})
	}
}

// BenchmarkLongList lists 10,000 computes and counts what the whole process
// allocates for it, client and all: less than the body itself, so that nobody
// builds it as a whole, let alone twice.
func BenchmarkLongList(b *testing.B) {
	const n = 20
	e := newEstate(b, 10, size{servers: 1000, images: 1}, "1h")
	for _, c := range []struct{ name, accept string }{
		{"uri-list", "text/uri-list"},
		{"json", "application/occi+json"},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := len(e.body(b, "/compute/", c.accept))
			r := e.request("/compute/", c.accept)
			var share float64
			for b.Loop() {
				load(b, e.Client, r, 1, n)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				load(b, e.Client, r, 1, n)
				runtime.ReadMemStats(&after)
				share = float64(after.TotalAlloc-before.TotalAlloc) / n / float64(body)
			}
			b.ReportMetric(share, "allocated/body")
			b.Logf("%d bytes", body)
			if share >= 1 {
				b.Errorf("%.2f of the body is allocated for each answer", share)
			}
		})
	}
}
