package bench

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"occigate/gateway/access"
	"occigate/test/cloudsim/fault"
)

// bare serves fixed bytes as [bareHandler] does, until the test ends.
func bare(tb testing.TB, body []byte, contentType string) string {
	tb.Helper()
	handler, err := bareHandler(body, http.Header{"Content-Type": {contentType}}, discard{})
	if err != nil {
		tb.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ReadHeaderTimeout = 10 * time.Second
	server.Start()
	tb.Cleanup(server.Close)
	return server.URL
}

// bareHandler answers with fixed headers and bytes, with the same
// authentication, one log line and the same figures for each request as the
// gateway, and nothing else.
func bareHandler(body []byte, headers http.Header, logTo io.Writer) (http.Handler, error) {
	guard, err := access.New([]access.User{{Name: user, PasswordHash: access.Hash(password)}}, time.Now)
	if err != nil {
		return nil, err
	}
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(logTo)), zap.InfoLevel))
	count := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests"}, []string{"route", "method", "status"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "duration"}, []string{"route", "method"})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		name, ok := guard.Check(r)
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		maps.Copy(w.Header(), headers)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		if _, err := w.Write(body); err != nil {
			return
		}
		d := time.Since(start)
		count.WithLabelValues("/compute/", r.Method, "200").Inc()
		took.WithLabelValues("/compute/", r.Method).Observe(d.Seconds())
		log.Info("request", zap.String("method", r.Method), zap.String("path", r.URL.Path),
			zap.Int("status", 200), zap.Duration("took", d), zap.String("user", name))
	}), nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkList compares GET /compute/ of 1,000 servers over 10 accounts with a
// bare handler that writes the same bytes.
func BenchmarkList(b *testing.B) {
	e := newEstate(b, 10, size{servers: 100, images: 1}, "1h")
	for _, c := range []struct{ name, accept string }{
		{"uri-list", "text/uri-list"},
		{"json", "application/occi+json"},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := e.body(b, "/compute/", c.accept)
			ours := e.request("/compute/", c.accept)
			theirs := request{url: bare(b, []byte(body), c.accept), accept: c.accept, user: user, password: password}
			before := e.calls()
			var ratio ratios
			for b.Loop() {
				ratio = compare(b, e.Client, ours, theirs)
			}
			if calls := e.calls() - before; calls != 0 {
				b.Errorf("the clouds had %d calls while only reads were served", calls)
			}
			b.ReportMetric(ratio.median(), "ratio")
			b.Logf("%d bytes; requests/s of the bare handler: %s", len(body), ratio)
			if ratio.median() < 0.5 {
				b.Errorf("ratio %s, the bar is 0.5", ratio)
			}
		})
	}
}

// compare gives the requests/s of one thing, of those of a bare handler.
func compare(b *testing.B, client *http.Client, ours, theirs request) ratios {
	const clients, warm = 4, 400
	measure(b, client, ours, clients, warm)
	n := max(40, int(measure(b, client, theirs, clients, warm).perSecond/(3*turns))) // a third of a second in a round
	var r ratios
	for range rounds {
		var own, bare float64 // seconds for as many requests
		var o, t measured
		for range turns {
			t = measure(b, client, theirs, clients, n)
			o = measure(b, client, ours, clients, n)
			own, bare = own+1/o.perSecond, bare+1/t.perSecond
		}
		r = append(r, bare/own)
		b.Logf("ours %6.0f/s p50 %v p99 %v, bare %6.0f/s p50 %v p99 %v", turns/own, o.p50, o.p99, turns/bare, t.p50, t.p99)
	}
	return r
}

// BenchmarkListWhileOneHangs compares the time of a listing while one of ten
// clouds does not answer with the time while all do.
func BenchmarkListWhileOneHangs(b *testing.B) {
	const clients, n = 1, 6000 // for about as long as lies between two listings of a cloud
	e := newEstate(b, 10, size{servers: 100, images: 1}, "1s")
	r := e.request("/compute/", "text/uri-list")
	var ratio ratios
	for b.Loop() {
		ratio = nil
		measure(b, e.Client, r, clients, n)
		for range rounds {
			well := measure(b, e.Client, r, clients, n)
			before := callsOf(e.faults[3])
			e.faults[3].Set(fault.Fault{Kind: fault.Hang})
			e.Eventually(b, "hanging", func() bool { return callsOf(e.faults[3]) > before })
			hanging := measure(b, e.Client, r, clients, n)
			e.faults[3].Clear()
			ratio = append(ratio, float64(hanging.p50)/float64(well.p50))
			b.Logf("p50 %v well, %v while one hangs", well.p50, hanging.p50)
		}
	}
	b.ReportMetric(ratio.median(), "ratio")
	b.Logf("p50 while one cloud hangs, of p50 while none does: %s", ratio)
	if m := ratio.median(); m > 1.2 {
		b.Errorf("ratio %s, the bar is 1.20", ratio)
	}
}
