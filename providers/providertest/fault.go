package providertest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// answerLimit is how long a call may take once its context has ended: less than
// the time-out of the harnesses' HTTP clients, a minute.
const answerLimit = 30 * time.Second

// call is one method that all clouds have.
type call struct {
	name string
	do   func(context.Context) error
}

// calls is every such method, on a server that exists and goes with the last
// one. Identity is not among them: it may know its answer from the login.
func (c Cloud) calls(t testing.TB, server string) []call {
	t.Helper()
	wish := c.wish(t)
	c.cleanUp(t, wish.Token)
	return []call{
		{"Catalogue", func(ctx context.Context) error { return second(c.Provider.Catalogue(ctx)) }},
		{"Servers", func(ctx context.Context) error { return second(c.Provider.Servers(ctx)) }},
		{"Server", func(ctx context.Context) error { return second(c.Provider.Server(ctx, server)) }},
		{"CreateServer", func(ctx context.Context) error { _, _, err := c.Provider.CreateServer(ctx, wish); return err }},
		{"DeleteServer", func(ctx context.Context) error { return second(c.Provider.DeleteServer(ctx, server)) }},
	}
}

// second is the error of a call.
func second[A any](_ A, err error) error { return err }

func throttledIsThrottled(t testing.TB, c Cloud) {
	calls := c.calls(t, c.running(t).ID)
	c.set(c.Faults.Throttle)
	for _, call := range calls {
		err := call.do(t.Context())
		c.refused(t, err, call.name+" while throttled", providers.ErrThrottled)
		c.asksToWait(t, err, call.name, c.Faults.Throttle.RetryAfter)
	}
}

func (c Cloud) asksToWait(t testing.TB, err error, call string, want time.Duration) {
	t.Helper()
	if got := providers.RetryAfter(err); got != want {
		t.Errorf("%s: asks to wait %v, the cloud said %v", call, got, want)
	}
}

// brokenIsUnavailable lets all calls fail, without and with a word on when to
// come again.
func brokenIsUnavailable(t testing.TB, c Cloud) {
	server := c.running(t).ID
	for f, kinds := range map[fault.Fault][]error{
		{Kind: fault.Status, Status: http.StatusInternalServerError}: {providers.ErrUnavailable},
		{Kind: fault.Status, Status: http.StatusServiceUnavailable, RetryAfter: 30 * time.Second}: {
			providers.ErrUnavailable, providers.ErrThrottled,
		},
	} {
		calls := c.calls(t, server)
		c.set(f)
		for _, call := range calls {
			err := call.do(t.Context())
			c.refused(t, err, fmt.Sprintf("%s while all is %d", call.name, f.Status), kinds...)
			c.asksToWait(t, err, call.name, f.RetryAfter)
		}
		c.heal()
	}
}

func quotaIsQuota(t testing.TB, c Cloud) {
	if c.Faults.Quota == nil {
		t.Fatal("the harness has no Faults.Quota")
	}
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
	calls := c.calls(t, c.running(t).ID)
	c.set(fault.Fault{Kind: fault.Hang})
	for _, call := range calls {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		ended := make(chan error, 1)
		go func() { ended <- call.do(ctx) }()
		select {
		case err := <-ended:
			c.refused(t, err, call.name+" while the cloud hangs", providers.ErrUnavailable)
		case <-time.After(answerLimit):
			t.Errorf("%s: still waits %v after its context ended", call.name, answerLimit)
		}
		cancel()
	}
	c.heal()
}

// slowIsSame lets a slow cloud answer every read: what comes late is as good as
// what comes at once.
func slowIsSame(t testing.TB, c Cloud) {
	for _, r := range c.reads(c.running(t).ID) {
		c.heal()
		want := r.whole(t, c)
		c.set(fault.Fault{Kind: fault.Latency, Delay: 20 * time.Millisecond})
		if diff := cmp.Diff(want, r.whole(t, c)); diff != "" {
			t.Errorf("%s at once (-) and late (+):\n%s", r.name, diff)
		}
	}
}

// secretsAreHidden lets the cloud repeat what it was told when it refuses.
func secretsAreHidden(t testing.TB, c Cloud) {
	calls := c.calls(t, c.running(t).ID)
	for _, status := range []int{http.StatusBadRequest, http.StatusInternalServerError} {
		c.set(fault.Fault{Kind: fault.Status, Status: status, Body: "cannot take " + strings.Join(c.Secrets, " or ")})
		for _, call := range calls {
			err := call.do(t.Context())
			if err == nil {
				t.Errorf("%s: no error of a %d", call.name, status)
				continue
			}
			c.noSecrets(t, err)
		}
	}
}

// parallelCalls does everything at once; the race detector is the judge of
// what happens inside the adapter.
func parallelCalls(t testing.TB, c Cloud) {
	const each = 4
	s := c.running(t)
	var wg sync.WaitGroup
	for range each {
		for _, r := range c.reads(s.ID) {
			wg.Go(func() {
				if _, _, err := r.do(t.Context()); err != nil {
					t.Errorf("%s beside other calls: %v", r.name, err)
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
