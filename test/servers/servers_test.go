package servers

import (
	"testing"
)

// What one test was given no other is, while it lasts.
func TestAddressesAreOfOneTest(t *testing.T) {
	given := map[string]bool{}
	for range 500 { // so many by chance alone would hardly all differ
		address := Address(t)
		if given[address] {
			t.Fatalf("%s was given twice", address)
		}
		given[address] = true
	}
}

// A server that is paused, killed or cut off answers nothing, and answers again
// when that is over.
func TestTroubleBeginsAndEnds(t *testing.T) {
	s := Redis(t, "--appendonly", "yes", "--appendfsync", "always")
	proxy := NewProxy(t, s.Address)
	if _, err := s.Do("SET", "a", "kept"); err != nil {
		t.Fatal(err)
	}
	troubles := map[string]struct{ begin, end func() }{
		"killed":  {s.Kill, s.Restart},
		"paused":  {s.Pause, s.Resume},
		"cut off": {proxy.Cut, proxy.Mend},
	}
	for name, trouble := range troubles {
		trouble.begin()
		if answer, err := redisDo(proxy.Address, probe, "GET", "a"); err == nil {
			t.Errorf("%s, the server answers %v", name, answer)
		}
		trouble.end()
		Eventually(t, "it answers again after it was "+name, func() bool {
			return says(proxy.Address, "kept", "GET", "a")
		})
	}
}

// An answer is lost once, after the server has done what was asked.
func TestLoseAnAnswer(t *testing.T) {
	s := Redis(t)
	proxy := NewProxy(t, s.Address)
	proxy.Lose("counter")
	if answer, err := redisDo(proxy.Address, patience, "INCR", "other"); err != nil || proxy.Lost() {
		t.Errorf("another request: %v, %v, lost: %v", answer, err, proxy.Lost())
	}
	if answer, err := redisDo(proxy.Address, patience, "INCR", "counter"); err == nil || !proxy.Lost() {
		t.Errorf("answered with %v", answer)
	}
	if answer, err := redisDo(proxy.Address, patience, "INCR", "counter"); err != nil || answer != int64(2) {
		t.Errorf("asked again: %v, %v, want 2", answer, err)
	}
}
