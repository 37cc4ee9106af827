package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// An HTTP/1.0 client may leave Host out; locations are whole nevertheless.
func TestNoHost(t *testing.T) {
	p := Start(t, nil, "demo", "--listen", "127.0.0.1:0")
	p.Eventually(t, "a machine there", func() bool { return p.Do(t, "GET", "/compute/", "").Body != "" })
	a, _ := exchange(t, p, "GET /compute/ HTTP/1.0\r\nAccept: text/uri-list\r\n\r\n")
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Body, p.URL+"/compute/") {
		t.Errorf("%d %.100q, want locations below %s", a.Status, a.Body, p.URL)
	}
}

// exchange sends raw bytes on a connection of its own, reads one answer, and
// tells whether the connection is closed then.
func exchange(t *testing.T, p *Program, request string) (a Answer, closed bool) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(perRequest)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.100q: %v", request, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%.100q: %v", request, err)
	}
	return Answer{resp.StatusCode, resp.Header, string(b)}, resp.Close
}

// endless yields size bytes without holding them.
type endless struct {
	size int64
	read atomic.Int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := int(min(int64(len(p)), e.size-e.read.Load()))
	if n <= 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.read.Add(int64(n))
	return n, nil
}

// TestHugeBody sends a gigabyte, and measures what that costs.
func TestHugeBody(t *testing.T) {
	p := serving(t, "")
	const size = 1 << 30
	for _, c := range []struct {
		name   string
		length int64
		most   uint64 // bytes allocated in all, on both sides
	}{
		{"announced", size, 4 << 20},
		{"chunked", -1, 96 << 20}, // the body's limit is 8 MiB
	} {
		t.Run(c.name, func(t *testing.T) {
			body := &endless{size: size}
			req, err := http.NewRequest(http.MethodPost, p.URL+"/compute/", io.NopCloser(body))
			if err != nil {
				t.Fatal(err)
			}
			req.ContentLength = c.length
			req.Header.Set("Content-Type", "text/plain")
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			resp, err := p.Client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			runtime.ReadMemStats(&after)
			if resp.StatusCode != http.StatusRequestEntityTooLarge || !resp.Close {
				t.Errorf("%s, connection closed: %v; want 413 and the connection closed", resp.Status, resp.Close)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > c.most {
				t.Errorf("%d bytes were allocated, at most %d may be", grown, c.most)
			}
			if n := body.read.Load(); n > size/2 {
				t.Errorf("the gateway has read %d bytes of the body", n)
			}
		})
	}
}

// TestLimits sends what is too large in every respect, and what is just not.
func TestLimits(t *testing.T) {
	p := serving(t, "")
	const text, json = "text/plain", "application/occi+json"
	const kind = `Category: storage; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"` + "\n"
	attribute := func(n int) string { return kind + `X-OCCI-Attribute: occi.core.title="` + strings.Repeat("x", n) + `"` }
	packed := func(b io.Reader) string {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := io.Copy(w, b); err != nil {
			t.Fatal(err)
		}
		w.Close()
		return out.String()
	}
	nested := func(n int) string {
		return `{"kind":"http://schemas.ogf.org/occi/infrastructure#storage","attributes":{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}}`
	}
	zip := []string{"Content-Type", text, "Content-Encoding", "gzip"}
	for _, c := range []struct {
		name, body string
		headers    []string
		status     int
		want       string
	}{
		// The lines within the limits lack a size and are refused for that.
		{"a long line", attribute(1<<20 - 100), []string{"Content-Type", text}, 400, "occi.storage.size"},
		{"a line too long", attribute(1<<20 + 1), []string{"Content-Type", text}, 413, "line 2"},
		{"a folded line too long", kind + strings.Repeat(" x\n", 1<<20), []string{"Content-Type", text}, 413, "line"},
		{"nesting", nested(20), []string{"Content-Type", json}, 400, "unknown attribute"},
		{"nesting too deep", nested(100000), []string{"Content-Type", json}, 413, "deep"},
		{"a term too long", strings.ReplaceAll(kind, "storage", strings.Repeat("s", 1025)), []string{"Content-Type", text}, 413, "name is too long"},
		{"too many values", kind + strings.Repeat("X-OCCI-Attribute: a=1\n", 20001), []string{"Content-Type", text}, 413, "values"},
		{"a gzipped body", packed(strings.NewReader(attribute(10))), zip, 400, "occi.storage.size"},
		{"a gzipped bomb", packed(&endless{size: 64 << 20}), zip, 413, "8388608"},
		{"a body that is no gzip", attribute(10), zip, 400, "damaged"},
		{"a gzipped body that is cut off", packed(strings.NewReader(attribute(10)))[:30], zip, 400, "damaged"},
		{"another coding", attribute(10), []string{"Content-Type", text, "Content-Encoding", "br"}, 415, "gzip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := p.Do(t, "POST", "/storage/", c.body, c.headers...)
			if a.Status != c.status || !strings.Contains(a.Body, c.want) {
				t.Errorf("%d %.300q, want %d with %q", a.Status, a.Body, c.status, c.want)
			}
			promised(t, a)
		})
	}
	t.Run("headers", func(t *testing.T) {
		p.Must(t, http.StatusOK, "GET", "/compute/", "", "X-Much", strings.Repeat("x", 200<<10))
		a, _ := exchange(t, p, "GET / HTTP/1.1\r\nHost: gw\r\nX-Much: "+strings.Repeat("x", 300<<10)+"\r\n\r\n")
		if a.Status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("300 KiB of headers: %d, want 431", a.Status)
		}
	})
	t.Run("a body that is cut off", func(t *testing.T) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /storage/ HTTP/1.1\r\nHost: gw\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nCategory: ")
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s, want 400", resp.Status)
		}
	})
	p.Must(t, http.StatusOK, "GET", "/compute/", "") // and is still well
}

// TestSlowBody stops sending in the middle of a body.
func TestSlowBody(t *testing.T) {
	p := serving(t, "limits: {read_timeout: 5s}\n")
	a, closed := exchange(t, p,
		"POST /compute/ HTTP/1.1\r\nHost: gw\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nCategory: ")
	if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "in time") || !closed {
		t.Errorf("%d %q, closed: %v; want 400 and the connection closed", a.Status, a.Body, closed)
	}
}

// TestHeaderInjection gives an entity a title and a summary that would be
// headers of their own, and looks at the bytes of the answer.
func TestHeaderInjection(t *testing.T) {
	p := serving(t, "")
	compute := first(t, p, "/compute/")
	for _, evil := range []string{
		`a\r\nX-Evil: 1`, `a\nX-Evil: 1`, `a\rX-Evil: 1`, `a\u0000\u001b[31m\u007fb`,
		`\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1`, `a\u2028b\u0085c`, `\"; X-Evil=1, \"`,
	} {
		a := p.Do(t, "POST", compute, `{"title":"`+evil+`","summary":"`+evil+`"}`, "Content-Type", "application/occi+json")
		if a.Status != http.StatusOK && a.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", evil, a.Status, a.Body)
		}
		raw := rawAnswer(t, p, "GET "+compute+" HTTP/1.0\r\nHost: gw\r\nAccept: text/occi\r\n\r\n")
		head, body, _ := strings.Cut(raw, "\r\n\r\n")
		if strings.Contains(head, "\nX-Evil") || strings.Contains(head, "\rX-Evil") || body != "OK" {
			t.Errorf("%s ends a header:\n%q", evil, raw)
		}
		for line := range strings.SplitSeq(head, "\r\n") {
			if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
				t.Errorf("%s: a control character in the header %q", evil, line)
			}
		}
	}
	a := p.Must(t, http.StatusBadRequest, "POST", compute, "X-OCCI-Attribute: occi.core.title=\"a\x00b\"", "Content-Type", "text/plain", "Accept", "text/occi")
	if strings.ContainsAny(a.Header.Get("X-OCCI-Error"), "\x00\r\n") {
		t.Errorf("X-OCCI-Error: %q", a.Header.Get("X-OCCI-Error"))
	}
}

// rawAnswer is everything that a request of HTTP/1.0 is answered with.
func rawAnswer(t *testing.T, p *Program, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(perRequest)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
