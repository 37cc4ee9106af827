package providertest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// page is what a proxy says in the place of a cloud.
const page = "<!DOCTYPE html><html><head><title>Sorry</title></head><body><p>We are busy.</body></html>"

// strikes puts the fault on each call of each read in turn, the others being
// answered as ever. A read that misses one of its answers has nothing to tell:
// part of it would be taken for all.
func (c Cloud) strikes(t testing.TB, what string, f fault.Fault) {
	t.Helper()
	for _, r := range c.reads(c.running(t).ID) {
		r.whole(t, c) // so that a login is not among the calls
		before := c.count()
		r.whole(t, c)
		calls := c.count() - before
		for nth := range calls {
			f.Skip, f.Times = nth, 1
			c.set(f)
			_, rows, err := r.do(t.Context())
			c.unavailable(t, err, fmt.Sprintf("%s with %s in call %d of %d", r.name, what, nth+1, calls))
			if rows > 0 && err != nil {
				t.Errorf("%s with %s in call %d of %d: %d rows beside the error", r.name, what, nth+1, calls, rows)
			}
			c.heal()
		}
	}
}

func cutReads(t testing.TB, c Cloud) {
	c.strikes(t, "the connection cut", fault.Fault{Kind: fault.Cut})
}

func truncatedReads(t testing.TB, c Cloud) {
	c.strikes(t, "half a document", fault.Fault{Kind: fault.Truncate})
}

func emptyReads(t testing.TB, c Cloud) {
	c.strikes(t, "an empty body", fault.Fault{Kind: fault.Body, ContentType: c.Faults.Media})
}

func htmlReads(t testing.TB, c Cloud) {
	c.strikes(t, "a page", fault.Fault{Kind: fault.Body, Body: page})
	c.strikes(t, "a page called a document", fault.Fault{Kind: fault.Body, Body: page, ContentType: c.Faults.Media})
	c.strikes(t, "a page with 502", fault.Fault{Kind: fault.Body, Body: page, Status: http.StatusBadGateway})
}

// failureInSuccess is answered with a good status that means nothing good.
func failureInSuccess(t testing.TB, c Cloud) {
	c.several(t, 1)
	if c.Faults.Failure.Kind == "" {
		t.Fatal("the harness has no Faults.Failure")
	}
	f := c.Faults.Failure
	f.Call = c.Faults.List
	c.set(f)
	rows, err := c.Provider.Servers(t.Context())
	c.unavailable(t, err, "Servers answered by a failure")
	if len(rows) > 0 {
		t.Errorf("%d rows beside the error", len(rows))
	}
}

// otherNumbers gives a number as a text, or a word for a number: the adapter
// reads the same, or says that it cannot.
func otherNumbers(t testing.TB, c Cloud) {
	want := c.several(t, 2)
	c.edited(t, c.Faults.Number)
	rows, err := c.Provider.Servers(t.Context())
	if err != nil {
		c.unavailable(t, err, "Servers with another kind of number")
		return
	}
	if diff := cmp.Diff(want, byID(t, rows)); diff != "" {
		t.Errorf("with another kind of number: was (-) and is (+):\n%s", diff)
	}
}

// unheardState is what a newer version of the cloud might say: the server is
// listed, with the cloud's own word.
func unheardState(t testing.TB, c Cloud) {
	had := c.several(t, 2)
	c.edited(t, c.Faults.NewState)
	rows, err := c.Provider.Servers(t.Context())
	c.ok(t, err, "Servers with a new state")
	found := 0
	for _, s := range rows {
		if strings.EqualFold(s.NativeState, Unheard) {
			found++
			if s.State != providers.StateUnknown {
				t.Errorf("a server that is %s is %s, want unknown", s.NativeState, s.State)
			}
		}
	}
	if found == 0 || len(rows) != len(had) {
		t.Errorf("%d of %d servers are %s, there are %d", found, len(rows), Unheard, len(had))
	}
}

// edited puts an edit of the listing into force, which must find what it looks
// for.
func (c Cloud) edited(t testing.TB, f fault.Fault) {
	t.Helper()
	if f.Kind != fault.Edit {
		t.Fatal("the harness does not say how to edit the listing")
	}
	if f.Call == "" {
		f.Call = c.Faults.List
	}
	c.set(f)
}
