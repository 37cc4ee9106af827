package servers

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy stands between a program and a server, can cut them off from each other
// and lose an answer.
type Proxy struct {
	Address string
	server  string

	mu    sync.Mutex
	cut   bool
	lose  string            // in the request whose answer is to be lost
	conns map[net.Conn]bool // open ones, of both sides
}

// NewProxy passes connections on to the server at an address until the test
// ends.
func NewProxy(t testing.TB, server string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Address: l.Addr().String(), server: server, conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.pass(c) })
		}
	})
	t.Cleanup(all.Wait)
	t.Cleanup(p.Cut)
	t.Cleanup(func() { l.Close() })
	return p
}

// Cut ends all connections, and every new one at once, until Mend.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for c := range p.conns {
		c.Close()
	}
}

// Mend passes connections on again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
}

// Lose ends, once, a connection when the answer comes to a request that holds some
// text, and passes none of that answer on.
func (p *Proxy) Lose(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = text
}

// Lost reports whether there was such a request.
func (p *Proxy) Lost() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lose == ""
}

// loses reports whether a piece of a request is the one whose answer is to be lost.
func (p *Proxy) loses(piece []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lose == "" || !bytes.Contains(piece, []byte(p.lose)) {
		return false
	}
	p.lose = ""
	return true
}

// keep notes an open connection; false when it is to be closed.
func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.cut {
		p.conns[c] = true
	}
	return !p.cut
}

func (p *Proxy) end(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// pass passes on both ways until either side leaves or an answer is lost.
func (p *Proxy) pass(client net.Conn) {
	defer p.end(client)
	if !p.keep(client) {
		return
	}
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer p.end(server)
	if !p.keep(server) {
		return
	}
	var lose atomic.Bool // the next answer of this connection
	asked := tap(func(piece []byte) error {
		lose.Store(lose.Load() || p.loses(piece))
		return nil
	})
	answered := tap(func([]byte) error {
		if lose.Load() {
			return net.ErrClosed
		}
		return nil
	})
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(io.MultiWriter(asked, server), client) // ends with either connection
		server.Close()
	})
	_, _ = io.Copy(io.MultiWriter(answered, client), server)
	client.Close()
	up.Wait()
}

// tap sees every piece before it is passed on, and ends the connection with an
// error.
type tap func(piece []byte) error

func (see tap) Write(piece []byte) (int, error) { return len(piece), see(piece) }
