package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// base returns scheme and host as the client spelt them, without a slash at
// the end: what entity URLs begin with. Forwarded headers count only when they
// come from a configured proxy.
func (g *Gateway) base(r *http.Request) string {
	if u := g.o.PublicURL; u != nil {
		return u.Scheme + "://" + u.Host
	}
	scheme, host := "http", r.Host
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" {
		host = local.String() // HTTP/1.0 needs no Host
	}
	if r.TLS != nil {
		scheme = "https"
	}
	if g.fromProxy(r.RemoteAddr) {
		if s := first(r.Header.Get("X-Forwarded-Proto")); s == "http" || s == "https" {
			scheme = s
		}
		if h := first(r.Header.Get("X-Forwarded-Host")); h != "" && !strings.ContainsAny(h, "/\\ \"<>") {
			host = h
		}
	}
	return scheme + "://" + host
}

func (g *Gateway) fromProxy(remote string) bool {
	if len(g.o.Proxies) == 0 {
		return false
	}
	addr, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	for _, p := range g.o.Proxies {
		if p.Contains(addr.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// first is the first of a comma list.
func first(list string) string {
	item, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(item)
}
