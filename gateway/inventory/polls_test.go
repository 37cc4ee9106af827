package inventory

import (
	"testing"
	"time"
)

// An intent may end while its cloud is asked about it. The call still counts as
// one of those for which there is room, and what is left of it is no permission to
// ask without a pause.
func TestPollsOfAnIntentThatEnded(t *testing.T) {
	w := &worker{polls: map[string]polling{}, heard: map[string]hearing{}}
	w.board("a", noon)
	if !w.board("a", noon.Add(firstPoll)) {
		t.Fatal("the first poll does not set out")
	}
	w.board("b", noon)
	w.heard["b"] = hearing{}
	w.forgetPolls()
	if w.polling() != 1 || len(w.polls) != 2 {
		t.Errorf("%d polls are under way, of %d; want one of two", w.polling(), len(w.polls))
	}
	delete(w.polls, "a") // whatever came over it
	w.arrive("a", noon, nil)
	if p := w.polls["a"]; p.due.Sub(noon) < firstPoll || p.wait < firstPoll {
		t.Errorf("asked again after %v, then %v", p.due.Sub(noon), p.wait)
	}
	delete(w.heard, "b")
	w.forgetPolls()
	if len(w.polls) != 0 {
		t.Errorf("%d polls are kept of intents that are no more", len(w.polls))
	}
}

// A wait grows to a limit.
func TestPollsGetRarer(t *testing.T) {
	w := &worker{polls: map[string]polling{}}
	w.board("a", noon)
	last := time.Duration(0)
	for range 10 {
		w.arrive("a", noon, nil)
		wait := w.polls["a"].wait
		if wait < last || wait > longestPoll {
			t.Errorf("%v after %v", wait, last)
		}
		last = wait
	}
	if last != longestPoll {
		t.Errorf("in the end %v", last)
	}
}
