// Package bench measures the whole program against a bare handler in the same
// run, alternately, and reports ratios: a machine's noise is the same for both.
// Ratios and counts are asserted, absolute figures only reported.
package bench

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// rounds is how often two things are measured, and turns how many each of them
// takes in a round: what else the machine does hits both when turns are short.
const rounds, turns = 9, 10

// request is one thing that clients ask for again and again.
type request struct {
	url, accept    string
	user, password string
}

// load sends n requests by some clients at once and returns the time of each.
// Every client keeps its connection.
func load(tb testing.TB, client *http.Client, r request, clients, n int) []time.Duration {
	tb.Helper()
	times := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var wait sync.WaitGroup
	for i := range clients {
		wait.Go(func() {
			for range n / clients {
				start := time.Now()
				if errs[i] = send(client, r); errs[i] != nil {
					return
				}
				times[i] = append(times[i], time.Since(start))
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			tb.Fatal(err)
		}
	}
	return slices.Concat(times...)
}

func send(client *http.Client, r request) error {
	req, err := http.NewRequest(http.MethodGet, r.url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", r.accept)
	req.SetBasicAuth(r.user, r.password)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", r.url, resp.Status)
	}
	return nil
}

// measured is what one side of a comparison took in one round.
type measured struct {
	perSecond float64
	p50, p99  time.Duration
}

func measure(tb testing.TB, client *http.Client, r request, clients, n int) measured {
	tb.Helper()
	start := time.Now()
	times := load(tb, client, r, clients, n)
	total := time.Since(start)
	slices.Sort(times)
	return measured{
		perSecond: float64(len(times)) / total.Seconds(),
		p50:       times[len(times)/2], p99: times[len(times)*99/100],
	}
}

// ratios holds one figure of every round.
type ratios []float64

func (r ratios) median() float64 {
	s := slices.Sorted(slices.Values(r))
	return s[len(s)/2]
}

// String is the median with the spread.
func (r ratios) String() string {
	return fmt.Sprintf("%.2f (%.2f to %.2f in %d rounds)", r.median(), slices.Min(r), slices.Max(r), len(r))
}
