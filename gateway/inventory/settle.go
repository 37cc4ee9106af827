package inventory

import "time"

// facts are what is known of an intent's item when it is settled.
type facts struct {
	now    time.Time
	native string    // native id of the row or link that the intent is about, "" when none is listed
	seen   bool      // the row or link is in the inventory
	state  string    // of a server or volume, as the cloud says
	moving bool      // the state is a transition
	newest time.Time // start of the newest complete listing that would show it
	second time.Time // start of the one before
}

// after reports whether a complete listing began after t.
func (f facts) after(t time.Time) bool { return f.newest.After(t) }

// twice reports whether two complete listings began after t.
func (f facts) twice(t time.Time) bool { return f.second.After(t) }

// step is what settling an intent comes to.
type step int

const (
	wait   step = iota
	poll        // take one step of the ticket
	repeat      // give the operation again that came before the create was over
	keep        // store the intent as it was returned
	done        // the effect is seen: the intent is over
	forget      // the change never happened: the intent is over, nothing remains of it
)

// settle takes one intent on by what is known now. It returns the intent as it
// should be stored; it never decides to call for a change again.
func settle(in intent, f facts, l Limits) (intent, step) {
	switch in.Class {
	case classCreate:
		return settleCreate(in, f, l)
	case classDelete:
		return settleDelete(in, f, l)
	}
	return settleChange(in, f, l)
}

// settleCreate looks for the token. What is not listed after two complete
// listings is declared failed, shown for a while and then forgotten.
func settleCreate(in intent, f facts, l Limits) (intent, step) {
	if f.seen && (in.Native != "" || f.native != "") {
		return found(in, f)
	}
	switch in.Phase {
	case calling:
		if f.now.Before(in.Until) {
			return in, wait
		}
		in.Problem = "the answer of the cloud was lost"
		return in.to(unknown, in.Until), keep
	case unknown:
		if f.twice(in.Changed) && f.after(in.Changed.Add(l.Lag)) {
			in.Problem = "the create did not come to pass: " + in.Problem
			return in.to(failed, f.now), keep
		}
	case accepted:
		if in.Ticket != "" {
			return in, poll
		}
		if f.twice(in.Changed) && f.after(in.Changed.Add(l.Newborn)) {
			in.Problem = "the cloud accepted the create, but does not show the result"
			return in.to(failed, f.now), keep
		}
	case failed:
		if f.now.Sub(in.Changed) >= l.Showing {
			return in, forget
		}
	}
	return in, wait
}

// found goes on with a create whose result is listed. An interface that was
// plugged without an answer is listed under a computed id already, so that the
// intent has nothing to add.
func found(in intent, f facts) (intent, step) {
	if in.Kind == KindInterface && in.Native == "" && in.Phase != accepted {
		if in.Phase == calling && f.now.Before(in.Until) {
			return in, wait
		}
		return in, forget
	}
	if f.native != "" && in.Native == "" {
		in.Native = f.native
		return in, keep
	}
	switch {
	case in.Phase == calling && f.now.Before(in.Until):
		return in, wait
	case in.Phase == accepted && in.Ticket != "":
		return in, poll
	case in.Phase == accepted && in.Rest != "":
		return in, repeat
	}
	return in, done
}

// settleDelete waits for evidence that the item is gone. One that lives on for
// long after the cloud accepted comes back with a problem.
func settleDelete(in intent, f facts, l Limits) (intent, step) {
	if in.Phase == accepted && in.Ticket != "" { // what came with the item may be left to take away
		return in, poll
	}
	if !f.seen && in.Phase != calling && f.after(in.Changed) {
		return in, done
	}
	switch in.Phase {
	case calling:
		if !f.now.Before(in.Until) {
			return in, forget
		}
	case unknown:
		return in, forget
	case accepted:
		if f.seen && f.now.Sub(in.Changed) >= l.Deleting && f.after(in.Changed) {
			in.Problem = "the cloud accepted the delete, but still shows it"
			return in.to(failed, f.now), keep
		}
	}
	return in, wait
}

// settleChange waits until a server has left the state that the operation
// started from.
func settleChange(in intent, f facts, l Limits) (intent, step) {
	if !f.seen && f.after(in.Changed) {
		return in, forget
	}
	switch in.Phase {
	case calling:
		if !f.now.Before(in.Until) {
			return in, forget
		}
	case unknown:
		return in, forget
	case failed:
		if f.now.Sub(in.Changed) >= l.Showing {
			return in, forget
		}
	case accepted:
		if in.Ticket != "" {
			return in, poll
		}
		if f.after(in.Changed) && !f.moving && in.reached(f) {
			return in, done
		}
		if f.now.Sub(in.Changed) >= l.Changing {
			in.Problem = "the cloud accepted the " + in.Op + ", but the state is still " + f.state
			return in.to(failed, f.now), keep
		}
	}
	return in, wait
}

// reached reports whether a resting state is the effect of the operation: the
// state differs from the one before, or nothing was to differ.
func (in *intent) reached(f facts) bool {
	words, power := stateWords[in.powerOp()]
	if !power || words.goal == in.Before {
		return true
	}
	return f.state != string(in.Before)
}

// to moves an intent to another phase.
func (in intent) to(p phase, now time.Time) intent {
	in.Phase, in.Changed, in.Until = p, now, time.Time{}
	return in
}
