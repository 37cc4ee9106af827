// Package condition turns a cloud's own word for the state of a server into what
// the contract says of it: the state, what is legal in it, and what to tell
// people; and it gives a state to what has none of its own at a cloud. It knows
// no cloud; the table of words is the adapter's.
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

// Plug plugs a server into networks for as long as it lives, at clouds that tell
// no state of an interface: one works while the server runs.
func Plug(s *providers.Server, all ...providers.Interface) {
	state := providers.ResourceOffline
	if s.State == providers.StateActive {
		state = providers.ResourceOnline
	}
	for _, i := range all {
		i.ServerID, i.State, i.NativeState, i.Fixed = s.ID, state, s.NativeState, true
		s.Interfaces = append(s.Interfaces, i)
	}
}

// Reserved is a reserved address of which a cloud tells no more than the server
// that has it, if any.
func Reserved(a providers.Address) providers.Address {
	a.State, a.NativeState = providers.ResourceOffline, "free"
	if a.ServerID != "" {
		a.State, a.NativeState = providers.ResourceOnline, "in use"
	}
	return a
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
