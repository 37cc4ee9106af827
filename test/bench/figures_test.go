package bench

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"occigate/gateway/store"
	"occigate/test/servers"
)

// bound is which side of a bar is good.
type bound bool

const (
	atMost  bound = false
	atLeast bound = true
)

func (b bound) String() string {
	if b == atLeast {
		return "at least"
	}
	return "at most"
}

// report prints a figure with its bar, and fails when it is missed.
func report(tb testing.TB, what string, figure float64, side bound, bar float64) {
	tb.Helper()
	tb.Logf("%s; the bar is %s %g", what, side, bar)
	if side == atLeast && figure < bar || side == atMost && figure > bar {
		tb.Errorf("%.2f misses the bar: %s %g", figure, side, bar)
	}
}

// tell prints an absolute time with its bar. It depends on the machine and on
// what else that does, so that nothing fails by it.
func tell(tb testing.TB, what string, figure, bar float64) {
	tb.Helper()
	verdict := "held"
	if figure > bar {
		verdict = "MISSED on this machine now"
	}
	tb.Logf("%s: %.2f; the bar is at most %g: %s", what, figure, bar, verdict)
}

// newClient keeps a connection for each of its users.
func newClient(tb testing.TB) *http.Client {
	tb.Helper()
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	tb.Cleanup(client.CloseIdleConnections)
	return client
}

var listed = regexp.MustCompile(`(?m)^occigate_refreshes_total\{.*result="ok"\} (\d+)$`)

// listings is how many listings of a gateway have ended well.
func (p *process) listings(tb testing.TB) (n int) {
	tb.Helper()
	text, _ := p.get(tb, "/metrics", "*/*")
	for _, m := range listed.FindAllStringSubmatch(text, -1) {
		count, err := strconv.Atoi(m[1])
		if err != nil {
			tb.Fatal(err)
		}
		n += count
	}
	return n
}

// settled waits until gateways have listed nothing for a while.
func settled(tb testing.TB, gateways ...*process) {
	tb.Helper()
	last, since := -1, time.Now()
	servers.Eventually(tb, "nothing is listed any more", func() bool {
		n := 0
		for _, p := range gateways {
			n += p.listings(tb)
		}
		if n != last {
			last, since = n, time.Now()
		}
		return time.Since(since) > 3*time.Second
	})
}

// unchanged counts what refreshes write that find nothing changed: each time
// one stamp, for all that was listed together.
func (e *pair) unchanged(b *testing.B) {
	client := redis.NewClient(&redis.Options{Addr: e.redis})
	defer client.Close()
	for b.Loop() {
		time.Sleep(25 * time.Second) // the first listings have been written
		from, before := feedEnds(b, client), e.large.listings(b)
		time.Sleep(25 * time.Second)
		writes, made := writesSince(b, client, from), e.large.listings(b)-before
		stamps, rows := writes["stamp"], 0
		for kind, n := range writes {
			if kind != "stamp" && kind != "gateway" { // gateways say now and then that they live
				rows += n
			}
		}
		b.ReportMetric(float64(stamps)/float64(made), "stamps/listing")
		if made < large.clouds || rows > 0 || stamps > made+large.clouds {
			b.Errorf("%d listings wrote %v, want at most one stamp each and nothing else", made, writes)
		}
		b.Logf("%d listings that found nothing changed wrote %v", made, writes)
	}
}

func feedName(shard int) string { return fmt.Sprintf("occigate:{s%02d}:feed", shard) }

// feedEnds are the ids of the newest writes of all shards.
func feedEnds(b *testing.B, client *redis.Client) (ends []string) {
	for shard := range store.Shards {
		newest, err := client.XRevRangeN(context.Background(), feedName(shard), "+", "-", 1).Result()
		if err != nil {
			b.Fatal(err)
		}
		end := "-"
		if len(newest) > 0 {
			end = "(" + newest[0].ID
		}
		ends = append(ends, end)
	}
	return ends
}

// writesSince counts the writes after some ids by the kind of their records.
func writesSince(b *testing.B, client *redis.Client, ends []string) map[string]int {
	writes := map[string]int{}
	for shard, end := range ends {
		entries, err := client.XRange(context.Background(), feedName(shard), end, "+").Result()
		if err != nil {
			b.Fatal(err)
		}
		for _, entry := range entries {
			name, _ := entry.Values["k"].(string)
			writes[strings.Split(name, "\x00")[1]]++
		}
	}
	return writes
}
