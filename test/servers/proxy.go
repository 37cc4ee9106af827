package servers

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy stands between a program and a server, and can cut them off from each
// other.
type Proxy struct {
	Address string
	server  string

	mu    sync.Mutex
	cut   bool
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

// pass passes on both ways until either side leaves.
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
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(server, client) // ends with either connection
		server.Close()
	})
	_, _ = io.Copy(client, server)
	client.Close()
	up.Wait()
}
