package bench

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/servers"
)

// How often the clouds are listed while reads are measured: hardly, or all the
// time.
const (
	quiet = "{servers: 1h, volumes: 1h, networks: 1h, addresses: 1h, catalogue: 1h}"
	busy  = "{servers: 10s, volumes: 20s, networks: 1m, addresses: 20s, catalogue: 1h, fast: 10s}"
)

const (
	jsonMedia = "application/occi+json"
	uriList   = "text/uri-list"
)

// pair is a gateway with 100,000 entities, one with 1,000, and the Redis of the
// first.
type pair struct {
	redis        string
	clouds       []*cloud
	large, small *process
}

// BenchmarkInventory holds a gateway with 100,000 entities over 60 accounts to
// what docs/decisions/0020-one-hundred-thousand.md promises. Its parts follow on
// each other.
func BenchmarkInventory(b *testing.B) {
	e := &pair{redis: servers.Redis(b).Address, clouds: furnish(b, large)}
	e.large = serve(b, e.store(), e.clouds, quiet)
	e.large.complete(b, large)
	b.Run("memory", e.memory)
	e.small = serve(b, "{redis: {addresses: ["+servers.Redis(b).Address+"]}}", furnish(b, small), quiet)
	e.small.complete(b, small)
	e.large.tagSome(b, "/compute/", large.servers/10)
	e.small.tagSome(b, "/compute/", small.servers/2)
	b.Run("page", e.pages)
	b.Run("read", e.reads)
	b.Run("clients", e.clients)
	b.Run("start", e.start)
	b.Run("visible", e.visible)
	e.large.stop()
	e.large = serve(b, e.store(), e.clouds, busy)
	b.Run("unchanged", e.unchanged)
	b.Run("sick", e.sick)
}

func (e *pair) store() string { return "{redis: {addresses: [" + e.redis + "]}}" }

// memory is what a gateway takes after one refresh of everything and 1,000
// reads, of single entities, pages and filtered pages.
func (e *pair) memory(b *testing.B) {
	for b.Loop() {
		paths := e.large.paths(b, "/resource/?page=1&number=10000")
		for i := range 1000 {
			switch path := paths[i*len(paths)/1000]; i % 10 {
			case 0:
				e.large.get(b, fmt.Sprintf("/compute/?page=%d&number=100", i/3+1), jsonMedia)
			case 1:
				e.large.get(b, fmt.Sprintf("/storage/?page=%d&number=100&attribute=occi.storage.state=online", i/5+1), jsonMedia)
			default:
				e.large.get(b, path, jsonMedia)
			}
		}
	}
	rss, peak := e.large.memory(b, "VmRSS"), e.large.memory(b, "VmHWM")
	b.ReportMetric(rss, "MB")
	b.ReportMetric(peak, "MB-peak")
	report(b, "VmRSS in MB after one refresh and 1,000 reads", rss, atMost, 400)
	b.Logf("the peak was %.0f MB", peak)
}

// pages compares pages of 100 of both estates, plain and filtered: all of them
// are full.
func (e *pair) pages(b *testing.B) {
	for _, c := range []struct{ name, query string }{
		{"plain", ""},
		{"state", "&attribute=occi.compute.state=active"},
		{"cloud", "&category=http://schemas.occigate.org/occi/infrastructure/cloud%23cloud2"},
		{"tag", "&category=http://bench.example.org/%23tag"},
		{"tag and state", "&category=http://bench.example.org/%23tag&attribute=occi.compute.state=active"},
	} {
		b.Run(c.name, func(b *testing.B) {
			const path = "/compute/?page=1&number=100"
			var cost ratios
			for b.Loop() {
				cost = against(b, e.small.request(path+c.query, jsonMedia), e.large.request(path+c.query, jsonMedia), 1, 400)
			}
			b.ReportMetric(cost.median(), "ratio")
			report(b, "time of a page of 100 among 100,000, of one among 1,000: "+cost.String(), cost.median(), atMost, 1.5)
		})
	}
	b.Run("last", func(b *testing.B) {
		var cost ratios
		for b.Loop() {
			first, last := "/compute/?page=1&number=100", fmt.Sprintf("/compute/?page=%d&number=100", large.servers/100)
			cost = against(b, e.large.request(first, jsonMedia), e.large.request(last, jsonMedia), 1, 400)
		}
		b.ReportMetric(cost.median(), "ratio")
		report(b, "time of the last page, of the first: "+cost.String(), cost.median(), atMost, 1.5)
	})
}

// against measures two requests in turn and gives the time of the second in
// times of the first.
func against(tb testing.TB, first, second request, clients, n int) ratios {
	tb.Helper()
	client := newClient(tb)
	measure(tb, client, first, clients, n) // warm up
	measure(tb, client, second, clients, n)
	var r ratios
	for range rounds {
		var a, z float64 // seconds for as many requests
		for range turns {
			a += 1 / measure(tb, client, first, clients, n/turns).perSecond
			z += 1 / measure(tb, client, second, clients, n/turns).perSecond
		}
		r = append(r, z/a)
	}
	return r
}

// reads compares reads of one entity with a bare handler, both in processes of
// their own.
func (e *pair) reads(b *testing.B) {
	path := e.large.paths(b, "/compute/?page=7&number=1")[0]
	for _, media := range []string{"text/plain", jsonMedia, "text/occi"} {
		b.Run(media, func(b *testing.B) {
			ours := e.large.request(path, media)
			theirs := e.large.bareProcess(b, ours)
			var cost ratios
			for b.Loop() {
				cost = against(b, ours, theirs, 4, 2000)
			}
			b.ReportMetric(cost.median(), "ratio")
			report(b, "requests/s of one entity, of a bare handler's: "+cost.String(), cost.median(), atLeast, 0.6)
		})
	}
}

// clients compares how the throughput grows from one client to four with how
// that of a bare handler does.
func (e *pair) clients(b *testing.B) {
	path := e.large.paths(b, "/compute/?page=7&number=1")[0]
	ours := e.large.request(path, jsonMedia)
	theirs := e.large.bareProcess(b, ours)
	client := newClient(b)
	growth := func(r request) float64 {
		one := measure(b, client, r, 1, 2000)
		return measure(b, client, r, 4, 4000).perSecond / one.perSecond
	}
	var ratio ratios
	for b.Loop() {
		growth(ours)
		growth(theirs)
		ratio = nil
		for range rounds {
			bare := growth(theirs)
			grown := growth(ours)
			ratio = append(ratio, grown/bare)
			b.Logf("from 1 client to 4 by %.2f, the bare handler by %.2f", grown, bare)
		}
	}
	b.ReportMetric(ratio.median(), "ratio")
	report(b, "growth from 1 client to 4, of a bare handler's: "+ratio.String(), ratio.median(), atLeast, 0.8)
}

// start starts further gateways from the full Redis.
func (e *pair) start(b *testing.B) { starts(b, "Redis", e.store(), e.clouds) }

// starts starts gateways from a store that holds the large estate.
func starts(b *testing.B, name, store string, clouds []*cloud) {
	var took []time.Duration
	for b.Loop() {
		took = nil
		for range 3 {
			p := serve(b, store, clouds, quiet)
			took = append(took, p.ready)
			if n := p.total(b, "/resource/"); n != large.resources() {
				b.Errorf("ready with %d of %d resources", n, large.resources())
			}
			b.Logf("%.1f s of the processors, VmRSS %.0f MB, peak %.0f", p.spent.Seconds(), p.memory(b, "VmRSS"), p.memory(b, "VmHWM"))
			p.stop()
		}
	}
	slices.Sort(took)
	tell(b, fmt.Sprintf("s from the start of the process over a full %s to ready, of %v", name, took), took[len(took)/2].Seconds(), 5)
}

// visible changes servers through one gateway and reads them at another until
// it shows the change.
func (e *pair) visible(b *testing.B) {
	const changes = 300
	other := serve(b, e.store(), e.clouds, quiet)
	defer other.stop()
	var took []time.Duration
	paths := e.large.paths(b, fmt.Sprintf("/compute/?page=1&number=%d", changes))
	settled(b, e.large, other)
	for b.Loop() {
		took = nil
		for i, path := range paths {
			title := fmt.Sprintf("changed %d at %v", i, time.Now())
			e.large.do(b, http.MethodPost, path, `X-OCCI-Attribute: occi.core.title="`+title+`"`)
			begin := time.Now()
			for {
				if body, _ := other.get(b, path, "text/plain"); strings.Contains(body, title) {
					break
				}
				time.Sleep(200 * time.Microsecond)
			}
			took = append(took, time.Since(begin))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
	tell(b, fmt.Sprintf("ms until another gateway shows a change, p99 (p50 %v, longest %v)", took[len(took)/2], took[len(took)-1]),
		float64(took[len(took)*99/100].Microseconds())/1000, 50)
}

// sick compares reads while all clouds answer with reads while five hang, one
// answers 429 and one refuses the credentials.
func (e *pair) sick(b *testing.B) {
	p := e.large
	path := p.paths(b, "/compute/?page=9&number=1")[0]
	client := newClient(b)
	well := func() {
		for _, c := range e.clouds {
			c.plan.Clear()
		}
	}
	ill := func() {
		for _, c := range e.clouds[:5] {
			c.plan.Set(fault.Fault{Kind: fault.Hang})
		}
		e.clouds[5].plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: time.Second})
		e.clouds[6].plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusUnauthorized})
	}
	for b.Loop() {
		var p50, p99 ratios
		measure(b, client, p.request(path, jsonMedia), 1, 2000)
		for range rounds - 2 {
			well()
			before := steady(b, client, p.request(path, jsonMedia))
			ill()
			during := steady(b, client, p.request(path, jsonMedia))
			p50 = append(p50, float64(during.p50)/float64(before.p50))
			p99 = append(p99, float64(during.p99)/float64(before.p99))
			b.Logf("well p50 %v p99 %v, sick p50 %v p99 %v", before.p50, before.p99, during.p50, during.p99)
		}
		report(b, "p50 while clouds are sick, of p50 while they are well: "+p50.String(), p50.median(), atMost, 1.2)
		report(b, "p99 while clouds are sick, of p99 while they are well: "+p99.String(), p99.median(), atMost, 1.2)
	}
	well()
}

// steady reads once in a millisecond for as long as lies between two listings
// of every cloud, so that what listing costs is in each measurement. The first
// listings after a change of the clouds' health are left out.
func steady(tb testing.TB, client *http.Client, r request) measured {
	tb.Helper()
	const warm, window, pause = 2 * time.Second, 10 * time.Second, time.Millisecond
	time.Sleep(warm)
	var times []time.Duration
	for end := time.Now().Add(window); time.Now().Before(end); time.Sleep(pause) {
		times = append(times, load(tb, client, r, 1, 1)...)
	}
	slices.Sort(times)
	return measured{p50: times[len(times)/2], p99: times[len(times)*99/100]}
}
