package inventory

import "sync"

// Answers keeps the sets that were found lately by some searches, for those who
// read one page after the other. What is searched must not change while they are
// used: whoever changes it begins new ones. The zero value knows none.
type Answers[K comparable] struct {
	mu   sync.Mutex
	sets map[K]*Set
}

// keptAnswers is how many searches are remembered.
const keptAnswers = 16

// Get gives what was found for a search, or finds it. Searches do not wait for
// each other.
func (a *Answers[K]) Get(search K, find func() *Set) *Set {
	if s, ok := a.known(search); ok {
		return s
	}
	s := find()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sets == nil || len(a.sets) >= keptAnswers {
		a.sets = map[K]*Set{}
	}
	a.sets[search] = s
	return s
}

func (a *Answers[K]) known(search K) (s *Set, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok = a.sets[search]
	return s, ok
}
