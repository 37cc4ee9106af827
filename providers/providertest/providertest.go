// Package providertest is the one conformance suite of all adapters. An
// adapter's test describes its cloud as a [Harness] and calls [Run]; what the
// suite asks is what [providers.Provider] and the optional abilities promise,
// and nothing else. It knows no cloud: what one cannot do is found by type
// assertion or stands, with a reason, in the harness's table of deviations.
package providertest

import (
	"testing"

	"occigate/providers"
)

// Harness is one adapter in front of one kind of cloud: its simulator, a
// foreign simulator, or the real thing.
type Harness struct {
	// New gives a cloud for one case. A simulator is fresh each time; a real
	// cloud may be the same one, since cases clean up what they make.
	New func(t testing.TB) Cloud

	// Deviations says by case name why this cloud cannot hold a promise: a
	// fault that cannot be provoked, or a difference from the vendor's document
	// with the vendor's own sentence. The case still runs; it must fail, or the
	// row is out of date and fails the suite. A row without a case fails too.
	Deviations map[string]string
}

// Cloud is what one case works on.
type Cloud struct {
	// Provider is the adapter, built with a client that does not retry.
	Provider providers.Provider

	// Settle lets time pass for transitions: it advances the simulator's
	// clock, or waits about a second on a real cloud. The suite calls it
	// between two looks at the cloud, at most Looks times for one condition.
	Settle func(t testing.TB)

	// Looks is how often the suite looks before it gives up; 0 means 100.
	Looks int

	// Image and Size are what servers are made of, OtherSize what they are
	// resized to. Empty ones are the first image and the first two sizes of
	// the catalogue.
	Image, Size, OtherSize string

	// Network is what servers and further interfaces are plugged into. Empty
	// leaves the choice to the account's default for servers and takes the
	// first network that is not external for interfaces.
	Network string

	// CIDR is the range of a new network, empty where the cloud chooses.
	CIDR string

	// NoCIDR says that the cloud does not tell the range of a network.
	NoCIDR bool

	// Cold says that only a stopped server takes volumes and addresses, and
	// gives them back.
	Cold bool

	// Pool is where addresses come from, empty for the account's only one.
	Pool string

	// Device is what an attached volume is asked to appear as, empty where the
	// cloud chooses.
	Device string

	// VolumeZone is the zone that volumes must be in to be attached to the
	// servers, empty where it does not matter.
	VolumeZone string

	// Unknown is a well-formed native id of nothing, by kind: "server",
	// "image", "size", "volume", "network", "interface", "address". A missing
	// row is a UUID that no cloud gives.
	Unknown map[string]string

	// Peak is the most calls that were under way at the same time since it was
	// last asked. It is nil where they cannot be counted.
	Peak func() int

	// Cost is what listings cost in calls, nil where others use the account at
	// the same time.
	Cost *Cost

	// Faults are the ways in which the cloud can misbehave on request.
	Faults Faults

	// Denied gives an adapter of the same cloud with wrong credentials.
	Denied func(t testing.TB) providers.Provider

	// Misspelt builds an adapter with one key of its settings misspelt and
	// returns the error.
	Misspelt func() error

	// Secrets must not appear in any error text.
	Secrets []string

	report *Report // of the run
}

// Run holds the harness's cloud to every case of the suite, and tells what it
// saw.
func Run(t *testing.T, h Harness) *Report {
	t.Helper()
	report := newReport()
	known := map[string]bool{}
	for _, tc := range suite() {
		known[tc.name] = true
		t.Run(tc.name, func(t *testing.T) {
			report.seen[tc.name] = outcome{result: failed}
			c := h.New(t)
			c.report = report
			report.look(c)
			if name := tc.lacks(c); name != "" {
				report.seen[tc.name] = outcome{lacks, name}
				t.Skipf("the cloud has no %s", name)
			}
			if reason, deviates := h.Deviations[tc.name]; deviates {
				report.seen[tc.name] = outcome{differs, reason}
				mustFail(t, reason, func(t testing.TB) { tc.run(t, c) })
				return
			}
			tc.run(t, c)
			if !t.Failed() {
				report.seen[tc.name] = outcome{result: works}
			}
		})
	}
	for name := range h.Deviations {
		if !known[name] {
			t.Errorf("deviation %q: no such case", name)
		}
	}
	return report
}
