package inventory

import "occigate/providers"

// Clouds say for a moment that they do not know how a thing is, or use a word
// that no adapter knows: while a host restarts, while a listing is put together.
// A machine that is active, "unknown" in one listing and active again has not
// changed; clients that watch it would be alarmed twice for nothing.

// vague reports whether the cloud has said nothing of the thing's state that is
// understood here.
func (t thing) vague() bool {
	switch {
	case t.Server != nil:
		return t.Server.State == "" || t.Server.State == providers.StateUnknown
	case t.Volume != nil:
		return t.Volume.State == ""
	case t.Network != nil:
		return t.Network.State == ""
	}
	return false
}

// hold keeps the state that a row had before, for the first listing of several in
// which it is vague. The second one is believed.
func (r *row) hold(before *row) {
	if !r.vague() || before == nil || before.vague() || before.Held || !sameIncarnation(before.created(), r.created()) {
		return
	}
	r.Held, r.thing = true, stateOf(before.thing, r.thing)
}

// stateOf is a thing with another one's state, and with what that allowed.
func stateOf(from, to thing) thing {
	switch {
	case from.Server != nil && to.Server != nil:
		s := *to.Server
		s.State, s.NativeState, s.Message = from.Server.State, from.Server.NativeState, from.Server.Message
		s.Power, s.Abilities = from.Server.Power, from.Server.Abilities
		to.Server = &s
	case from.Volume != nil && to.Volume != nil:
		v := *to.Volume
		v.State, v.NativeState, v.Message = from.Volume.State, from.Volume.NativeState, from.Volume.Message
		to.Volume = &v
	case from.Network != nil && to.Network != nil:
		n := *to.Network
		n.State, n.NativeState, n.Message = from.Network.State, from.Network.NativeState, from.Network.Message
		to.Network = &n
	}
	return to
}
