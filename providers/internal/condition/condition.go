// Package condition turns a cloud's own word for the state of a server into what
// the contract says of it: the state, what is legal in it, and what to tell
// people. It knows no cloud; the table of words is the adapter's.
package condition

import (
	"cmp"
	"slices"

	"occigate/providers"
)

// Condition is what one word means.
type Condition struct {
	State     providers.State
	Power     []providers.PowerOp // what is legal
	Abilities []providers.Ability // likewise
	Message   string              // for people, where the state does not say it all
}

// Link is the state of what is plugged into a server, for clouds that tell none
// of its own: it works while the server runs.
func Link(server providers.State) providers.ResourceState {
	if server == providers.StateActive {
		return providers.ResourceOnline
	}
	return providers.ResourceOffline
}

// Table has the conditions by the cloud's words.
type Table map[string]Condition

// Set writes into a server what a word means. One that the table does not have,
// such as one that is newer than this program, is [providers.StateUnknown], and
// nothing is legal then.
func (t Table) Set(s *providers.Server, word string) {
	c := t[word]
	s.State, s.NativeState, s.Message = cmp.Or(c.State, providers.StateUnknown), word, c.Message
	s.Power, s.Abilities = slices.Clone(c.Power), slices.Clone(c.Abilities)
}
