// Package storetest is the suite that every store.Store passes: one case for
// each sentence of package store, run through that interface alone. What a store
// cannot do by itself, such as letting its clock go on, its Harness does. It
// must not know which store it tests.
package storetest

import (
	"testing"
	"time"

	"occigate/gateway/store"
)

// FeedLength is the number of writes that the feeds of a store under test keep.
// A store may keep up to FeedLength more before it cuts off.
const FeedLength = 200

// Harness is a store under test, empty and open. What it opened is closed by
// the cleanup of the test that made it.
type Harness struct {
	// Store is the handle that the cases use.
	Store store.Store

	// Peer is another gateway's handle on the same records, or Store again
	// where only one gateway can have them.
	Peer store.Store

	// Reopen closes both handles and opens one on the same records.
	Reopen func() store.Store

	// Advance lets the store's clock go on by at least d.
	Advance func(d time.Duration)

	// Flush empties what is behind the open store; nil where nobody can.
	Flush func()
}

// Start makes a harness.
type Start func(t testing.TB) Harness

// testCase is a sentence of the contract and what proves it.
type testCase struct {
	name string
	run  func(e env)
}

// Run runs the suite, a fresh store for every case.
func Run(t *testing.T, start Start) {
	groups := []struct {
		name  string
		cases []testCase
	}{
		{"record", recordCases},
		{"load", loadCases},
		{"feed", feedCases},
		{"batch", batchCases},
		{"lease", leaseCases},
		{"budget", budgetCases},
		{"forget", forgetCases},
		{"life", lifeCases},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) { c.run(newEnv(t, start)) })
			}
		})
	}
	t.Run("model", func(t *testing.T) { runModel(t, start) })
}
