package redis_test

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands before a server and can lose one answer to a script.
type proxy struct {
	address string
	server  string
	lose    atomic.Bool
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: l.Addr().String(), server: server}
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
	t.Cleanup(func() { l.Close() })
	return p
}

// pass passes on both ways until the client leaves or an answer is lost.
func (p *proxy) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	var script atomic.Bool
	var up sync.WaitGroup
	defer up.Wait()
	defer client.Close()
	up.Go(func() {
		defer server.Close()
		copyBy(server, client, func(b []byte) bool {
			script.Store(bytes.Contains(b, []byte("evalsha")))
			return true
		})
	})
	copyBy(client, server, func([]byte) bool {
		return !script.Load() || !p.lose.CompareAndSwap(true, false)
	})
}

// copyBy copies while ok says so of each piece.
func copyBy(to io.Writer, from io.Reader, ok func([]byte) bool) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil || !ok(b[:n]) {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}
