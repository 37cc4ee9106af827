package providertest

import (
	"testing"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// Faults are the ways in which a cloud misbehaves, as data: the suite puts them
// into the plan, and what differs from cloud to cloud is named here.
type Faults struct {
	// Plan is what the simulator, or the proxy in front of a cloud, misbehaves
	// by. It is nil where nothing can be made to: cases that need it are left
	// out.
	Plan *fault.Plan

	// List and Create are the cloud's names of the call that lists servers, a
	// page at a time where there are pages, and of the one that makes a server.
	List, Create string

	// Paged says that List comes in pages, so that [fault.PageSize] strikes.
	Paged bool

	// Media is the type of the cloud's answers, in which rubbish comes, too.
	// Empty leaves out the cases that spoil each answer of each read: they try
	// the adapter, so that one cloud to try it with is enough.
	Media string

	// Throttle refuses a call as one too many.
	Throttle fault.Fault

	// Quota brings the account to a limit, so that creates are refused.
	Quota func()

	// Lag keeps servers that are created from now on out of listings until
	// Settle was called.
	Lag []fault.Fault

	// Rows says that Vanish, Duplicate and Shuffle strike List.
	Rows bool

	// Login is the cloud's name of the call that begins a session, empty where
	// there are none.
	Login string

	// Expires says that credentials can lose their validity, so that
	// [fault.Expire] strikes.
	Expires bool

	// Clocked says that the cloud judges calls by their time, so that
	// [fault.Skew] strikes.
	Clocked bool

	// Failure answers List well formed and with a good status, but says in its
	// body that the call has failed, or is the document of something else.
	Failure fault.Fault

	// Number edits the answer of List so that a number is something else.
	Number fault.Fault

	// NewState edits the answer of List so that a server is in the state
	// [Unheard].
	NewState fault.Fault
}

// Unheard is the name of a state that no version of an API has.
const Unheard = "frobnicating"

// planned is the need of cases that put faults into the plan.
func planned(c Cloud) (string, bool) { return "plan of faults", c.Faults.Plan != nil }

// The needs of cases that try what not every cloud knows.
func sessions(c Cloud) (string, bool) { return "sessions", c.Faults.Login != "" }
func expires(c Cloud) (string, bool)  { return "credentials that expire", c.Faults.Expires }
func clocked(c Cloud) (string, bool)  { return "eye on the caller's clock", c.Faults.Clocked }
func spoilt(c Cloud) (string, bool)   { return "answers to spoil", c.Faults.Media != "" }
func counted(c Cloud) (string, bool)  { return "account to itself", c.Cost != nil }
func rows(c Cloud) (string, bool)     { return "say over its rows", c.Faults.Rows }
func paged(c Cloud) (string, bool)    { return "pages", c.Faults.Paged }

// set replaces the faults in force.
func (c Cloud) set(f ...fault.Fault) { c.Faults.Plan.Set(f...) }

// heal ends all misbehaviour.
func (c Cloud) heal() { c.Faults.Plan.Clear() }

// unavailable is the one kind that says nothing about what is there.
func (c Cloud) unavailable(t testing.TB, err error, call string) {
	t.Helper()
	c.refused(t, err, call, providers.ErrUnavailable)
}
