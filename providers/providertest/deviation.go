package providertest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// mustFail runs a case that is known to deviate. One that fails is skipped with
// the reason of its row and what it saw; one that passes fails, so that no row
// outlives its reason.
func mustFail(t testing.TB, reason string, run func(testing.TB)) {
	t.Helper()
	p := tried(t, run)
	if !p.Failed() {
		t.Fatalf("passes, so its deviation row is out of date: %s", reason)
	}
	t.Skipf("deviates: %s\nseen: %s", reason, p.first)
}

// tried runs a case to its end without failing t.
func tried(t testing.TB, run func(testing.TB)) *probe {
	p := &probe{TB: t}
	done := make(chan struct{})
	go func() { // a case may end its goroutine
		defer close(done)
		run(p)
	}()
	<-done
	return p
}

// probe is a test whose failure is noted and not reported.
type probe struct {
	testing.TB
	mu     sync.Mutex
	failed bool
	first  string
}

func (p *probe) note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.failed {
		p.failed, p.first = true, text
	}
}

func (p *probe) Failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

func (p *probe) Fail()                     { p.note("failed") }
func (p *probe) Error(a ...any)            { p.note(fmt.Sprint(a...)) }
func (p *probe) Errorf(f string, a ...any) { p.note(fmt.Sprintf(f, a...)) }
func (p *probe) FailNow()                  { p.note("failed"); runtime.Goexit() }
func (p *probe) Fatal(a ...any)            { p.note(fmt.Sprint(a...)); runtime.Goexit() }
func (p *probe) Fatalf(f string, a ...any) { p.note(fmt.Sprintf(f, a...)); runtime.Goexit() }
func (p *probe) SkipNow()                  { p.FailNow() }
func (p *probe) Skip(a ...any)             { p.Fatal(a...) }
func (p *probe) Skipf(f string, a ...any)  { p.Fatalf(f, a...) }
