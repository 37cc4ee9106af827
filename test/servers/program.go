package servers

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// Program is a process of a test's own. Its methods fail the test when the
// process is not in the state that they need.
type Program struct {
	t    testing.TB
	env  []string
	args []string
	cmd  *exec.Cmd // nil when it was killed
	said words
}

// words is what a program has printed. It is safe for concurrent use.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// Start runs a program with further variables in its environment until the test
// ends. What it printed last is logged when the test has failed.
func Start(t testing.TB, env []string, binary string, args ...string) *Program {
	t.Helper()
	p := &Program{t: t, env: env, args: append([]string{binary}, args...)}
	p.Restart()
	t.Cleanup(func() {
		if p.cmd != nil {
			p.Kill()
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(binary), tail(p.said.String()))
		}
	})
	return p
}

// Said is what the program has printed so far, over all its restarts.
func (p *Program) Said() string { return p.said.String() }

func tail(text string) string { return text[max(0, len(text)-4000):] }

// Restart starts the program again after Kill, with the arguments and the
// environment that it had.
func (p *Program) Restart() {
	p.t.Helper()
	if p.cmd != nil {
		p.t.Fatalf("%s runs already", p.args[0])
	}
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = &p.said, &p.said
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.cmd = cmd
}

// Kill ends the program without notice, also when it is paused, and returns
// when it has ended.
func (p *Program) Kill() {
	p.t.Helper()
	p.signal(syscall.SIGKILL)
	_ = p.cmd.Wait() // its error is that it was killed
	p.cmd = nil
}

// Pause stops the program as it is: its connections stay open, and it answers
// nothing.
func (p *Program) Pause() { p.t.Helper(); p.signal(syscall.SIGSTOP) }

// Resume lets a paused program go on.
func (p *Program) Resume() { p.t.Helper(); p.signal(syscall.SIGCONT) }

func (p *Program) signal(s os.Signal) {
	p.t.Helper()
	if p.cmd == nil {
		p.t.Fatalf("%s does not run", p.args[0])
	}
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("%s: %v\n%s", p.args[0], err, tail(p.said.String()))
	}
}
