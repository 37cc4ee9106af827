package timeline

import (
	"slices"
	"testing"
	"time"
)

func TestLine(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := Line{At: start}
	var done []string
	note := func(name string) func() { return func() { done = append(done, name+" at "+l.At.Sub(start).String()) } }
	l.After(2*time.Second, func() {
		note("second")()
		l.After(time.Second, note("its sequel"))
	})
	l.After(time.Second, note("first"))
	l.After(2*time.Second, note("behind the second"))
	l.After(time.Hour, note("not yet"))

	l.Settle(start.Add(10 * time.Second))
	want := []string{"first at 1s", "second at 2s", "behind the second at 2s", "its sequel at 3s"}
	if !slices.Equal(done, want) || !l.At.Equal(start.Add(10*time.Second)) {
		t.Errorf("carried out %q by %v, want %q", done, l.At, want)
	}
}

// TestLineWithAClockThatIsPutBack still carries out what was to come, when it
// would have come without.
func TestLineWithAClockThatIsPutBack(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := Line{At: start}
	done := false
	l.After(2*time.Second, func() { done = true })
	l.Settle(start.Add(-time.Hour))
	if l.Settle(start.Add(time.Second - time.Hour)); done {
		t.Error("carried out a second too early")
	}
	if l.Settle(start.Add(2*time.Second - time.Hour)); !done {
		t.Error("not carried out two seconds later")
	}
}
