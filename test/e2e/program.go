// Package e2e runs the whole program in-process and talks to it over HTTP, as
// its users do.
package e2e

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"occigate/cmd/app"
)

const (
	// patience bounds every wait for what has to happen. A machine that has much
	// else to do is slow, and what never happens is found all the same.
	patience = 2 * time.Minute

	// perRequest bounds one request.
	perRequest = time.Minute
)

// Program is a running occigate.
type Program struct {
	URL    string // without a slash at the end
	Client *http.Client
	output lines
}

// lines keeps what a program has printed. It is safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Output is what the program has printed and logged so far.
func (p *Program) Output() string { return p.output.String() }

// said is Output without the line that is logged for each request.
func (p *Program) said() string {
	var b strings.Builder
	for line := range strings.Lines(p.Output()) {
		if !strings.Contains(line, `"msg":"request"`) {
			b.WriteString(line)
		}
	}
	return b.String()
}

var listening = regexp.MustCompile(`(https?://127\.0\.0\.1:\d+)`)

// Start runs occigate with arguments and environment until the test ends, and
// returns when it answers /readyz. The arguments must make it listen on
// 127.0.0.1.
func Start(t testing.TB, env map[string]string, args ...string) *Program {
	t.Helper()
	return StartFor(t, &http.Client{Timeout: perRequest}, env, args...)
}

// StartTwo runs the demo with two of its clouds, amazon and private, whose states
// take some time from one to the next. They can all that clouds can: tests that
// are not about the other clouds have less to wait for.
func StartTwo(t testing.TB, transition string) *Program {
	t.Helper()
	return Start(t, nil, "demo", "--clouds", "amazon,private", "--listen", "127.0.0.1:0", "--transition", transition)
}

// StartFor is Start for a program that is talked to through a client of the
// caller's, such as one that knows its certificate.
func StartFor(t testing.TB, client *http.Client, env map[string]string, args ...string) *Program {
	t.Helper()
	p := &Program{Client: client}
	stdout, w := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		// Kept first: who has found the URL wants to read all that was printed with it.
		err := app.Run(ctx, args, env, io.MultiWriter(&p.output, w), &p.output)
		w.CloseWithError(io.EOF)
		done <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("occigate %s: %v\n%s", strings.Join(args, " "), err, p.said())
		}
		p.Client.CloseIdleConnections()
	})
	p.URL = p.address(t, stdout)
	p.waitReady(t)
	return p
}

// address reads the program's output up to its URL, and goes on emptying it.
func (p *Program) address(t testing.TB, stdout io.Reader) string {
	t.Helper()
	found := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(stdout)
		for scanner.Scan() {
			if m := listening.FindString(scanner.Text()); m != "" {
				select {
				case found <- m:
				default:
				}
			}
		}
		close(found)
	}()
	select {
	case url, ok := <-found:
		if ok {
			return url
		}
	case <-time.After(patience):
	}
	t.Fatalf("the program printed no URL:\n%s", p.said())
	return ""
}

func (p *Program) waitReady(t testing.TB) {
	t.Helper()
	p.Eventually(t, "ready", func() bool {
		resp, err := p.Client.Get(p.URL + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// Eventually waits until something is true, and fails with its name if it does
// not become so.
func (p *Program) Eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not %s within %v\n%s", what, patience, p.said())
		}
	}
}

// Answer is what a request got.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request. headers are pairs of name and value.
func (p *Program) Do(t testing.TB, method, path, body string, headers ...string) Answer {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = p.URL + path
	}
	req, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := p.Client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return Answer{resp.StatusCode, resp.Header, string(b)}
}

// Must is Do for a request that has to be answered with a status.
func (p *Program) Must(t testing.TB, status int, method, path, body string, headers ...string) Answer {
	t.Helper()
	a := p.Do(t, method, path, body, headers...)
	if a.Status != status {
		t.Fatalf("%s %s: status %d, want %d\n%s", method, path, a.Status, status, a.Body)
	}
	return a
}
