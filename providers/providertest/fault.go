package providertest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"occigate/providers"
)

// answerLimit is how long a call may take once its context has ended.
const answerLimit = 5 * time.Second

// hook ends a case whose fault the harness cannot provoke.
func hook(t testing.TB, name string, there bool) {
	t.Helper()
	if !there {
		t.Fatalf("the harness has no Faults.%s", name)
	}
}

// calls is every method that all clouds have, on a server that exists, but for
// Identity, which may know its answer from the login.
func (c Cloud) calls(t testing.TB, server string) map[string]func(context.Context) error {
	t.Helper()
	wish := c.wish(t)
	return map[string]func(context.Context) error{
		"Catalogue":    func(ctx context.Context) error { _, err := c.Provider.Catalogue(ctx); return err },
		"Servers":      func(ctx context.Context) error { _, err := c.Provider.Servers(ctx); return err },
		"Server":       func(ctx context.Context) error { _, err := c.Provider.Server(ctx, server); return err },
		"CreateServer": func(ctx context.Context) error { _, _, err := c.Provider.CreateServer(ctx, wish); return err },
		"DeleteServer": func(ctx context.Context) error { _, err := c.Provider.DeleteServer(ctx, server); return err },
	}
}

func throttledIsThrottled(t testing.TB, c Cloud) {
	hook(t, "Throttle", c.Faults.Throttle != nil)
	calls := c.calls(t, c.running(t).ID)
	wait := c.Faults.Throttle()
	for name, call := range calls {
		err := call(t.Context())
		c.refused(t, err, name+" while throttled", providers.ErrThrottled)
		if got := providers.RetryAfter(err); got != wait {
			t.Errorf("%s: asks to wait %v, the cloud said %v", name, got, wait)
		}
	}
}

func brokenIsUnavailable(t testing.TB, c Cloud) {
	hook(t, "Break", c.Faults.Break != nil)
	calls := c.calls(t, c.running(t).ID)
	c.Faults.Break()
	for name, call := range calls {
		c.refused(t, call(t.Context()), name+" while broken", providers.ErrUnavailable)
	}
}

func quotaIsQuota(t testing.TB, c Cloud) {
	hook(t, "Quota", c.Faults.Quota != nil)
	spec := c.wish(t)
	c.Faults.Quota()
	_, _, err := c.Provider.CreateServer(t.Context(), spec)
	c.refused(t, err, "CreateServer over quota", providers.ErrQuota)
	if rows := c.withToken(t, spec.Token); len(rows) != 0 {
		t.Errorf("a refused create left %d servers", len(rows))
	}
}

// cancelledReturns ends the context of every call while the cloud hangs.
func cancelledReturns(t testing.TB, c Cloud) {
	hook(t, "Hang", c.Faults.Hang != nil)
	calls := c.calls(t, c.running(t).ID)
	c.Faults.Hang()
	for name, call := range calls {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		ended := make(chan error, 1)
		go func() { ended <- call(ctx) }()
		select {
		case err := <-ended:
			c.refused(t, err, name+" while the cloud hangs", providers.ErrUnavailable)
		case <-time.After(answerLimit):
			t.Errorf("%s: still waits %v after its context ended", name, answerLimit)
		}
		cancel()
	}
	c.Faults.Heal()
}

// allPages lists more servers than fit on a page, and as many as fit, and
// fewer.
func allPages(t testing.TB, c Cloud) {
	hook(t, "PageSize", c.Faults.PageSize != nil)
	const n = 3
	want := map[string]bool{}
	for range n {
		want[c.running(t).ID] = true
	}
	for _, size := range []int{1, n - 1, n, n + 1} {
		c.Faults.PageSize(size)
		before := c.count()
		rows, err := c.Provider.Servers(t.Context())
		c.ok(t, err, fmt.Sprintf("Servers in pages of %d", size))
		after := c.count()
		got := map[string]int{}
		for _, s := range rows {
			got[s.ID]++
		}
		for id := range want {
			if got[id] != 1 {
				t.Errorf("pages of %d: server %s is listed %d times", size, id, got[id])
			}
		}
		if c.PagesOf == nil {
			continue
		}
		if pages, beside := c.PagesOf(len(rows)); after-before > pages+beside {
			t.Errorf("pages of %d: %d calls for %d pages, want at most %d more than pages", size, after-before, pages, beside)
		}
	}
}

// count is the number of all calls so far, 0 where they cannot be counted.
func (c Cloud) count() (n int) {
	if c.Calls == nil {
		return 0
	}
	for _, k := range c.Calls() {
		n += k
	}
	return n
}

func failedPageFailsAll(t testing.TB, c Cloud) {
	hook(t, "FailPage", c.Faults.FailPage != nil && c.Faults.PageSize != nil)
	for range 3 {
		c.running(t)
	}
	for page := 1; page <= 3; page++ {
		c.Faults.PageSize(1)
		c.Faults.FailPage(page)
		rows, err := c.Provider.Servers(t.Context())
		c.refused(t, err, fmt.Sprintf("Servers with page %d failing", page), providers.ErrUnavailable)
		if len(rows) != 0 {
			t.Errorf("page %d fails: %d rows beside the error", page, len(rows))
		}
		c.Faults.Heal()
	}
}

// laggingAppears creates a server that the cloud does not show at first.
func laggingAppears(t testing.TB, c Cloud) {
	hook(t, "Lag", c.Faults.Lag != nil)
	c.Faults.Lag()
	spec := c.wish(t)
	s := c.create(t, spec)
	c.reaches(t, s.ID, providers.StateActive)
	c.until(t, "server is listed", func() bool { return len(c.withToken(t, spec.Token)) == 1 })
}

// parallelCalls does everything at once; the race detector is the judge of
// what happens inside the adapter.
func parallelCalls(t testing.TB, c Cloud) {
	const each = 4
	s := c.running(t)
	reads := []string{"Catalogue", "Servers", "Server"}
	var wg sync.WaitGroup
	for range each {
		calls := c.calls(t, s.ID)
		for _, name := range reads {
			wg.Go(func() {
				if err := calls[name](t.Context()); err != nil {
					t.Errorf("%s beside other calls: %v", name, err)
				}
			})
		}
	}
	spec := c.wish(t)
	c.cleanUp(t, spec.Token)
	wg.Go(func() {
		if _, _, err := c.Provider.CreateServer(t.Context(), spec); err != nil {
			t.Errorf("CreateServer beside other calls: %v", err)
		}
	})
	wg.Wait()
}
