// Package access decides who may use the gateway: static users with HTTP Basic
// (RFC 7617) and bearer tokens (RFC 6750). It knows requests and hashes, and
// nothing of what is behind them.
package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// User is one who may use the gateway.
type User struct {
	Name         string
	PasswordHash string   // argon2id in PHC format, "" for none
	TokenHashes  []string // SHA-256 in hexadecimal
}

// remembered is how long a verified password is not hashed again, and
// maxRemembered how many are kept.
const (
	remembered    = 60 * time.Second
	maxRemembered = 1024
)

// Guard checks the credentials of requests. It is safe for concurrent use.
type Guard struct {
	now       func() time.Time
	passwords map[string]hashed
	tokens    map[string]string // hash -> user
	dummy     hashed            // hashed for unknown users, so that both take the same time
	slots     chan struct{}     // bounds the hashes that are computed at once
	key       []byte            // of the HMACs in verified, of this process

	mu       sync.Mutex
	verified map[string]time.Time // HMAC of name and password -> until when
}

// New makes a guard for users. Without users it lets everybody in.
func New(users []User, now func() time.Time) (*Guard, error) {
	g := &Guard{
		now:       now,
		passwords: map[string]hashed{},
		tokens:    map[string]string{},
		slots:     make(chan struct{}, 2),
		key:       make([]byte, 32),
		verified:  map[string]time.Time{},
	}
	rand.Read(g.key)
	g.dummy, _ = parseHash(Hash(hex.EncodeToString(g.key)))
	for _, u := range users {
		if u.PasswordHash != "" {
			h, err := parseHash(u.PasswordHash)
			if err != nil {
				return nil, fmt.Errorf("user %s: %w", u.Name, err)
			}
			g.passwords[u.Name] = h
		}
		for _, hash := range u.TokenHashes {
			if b, err := hex.DecodeString(hash); err != nil || len(b) != sha256.Size {
				return nil, fmt.Errorf("user %s: a token hash is not a SHA-256 in hexadecimal", u.Name)
			}
			g.tokens[strings.ToLower(hash)] = u.Name
		}
	}
	return g, nil
}

// Open reports whether the guard lets everybody in.
func (g *Guard) Open() bool { return len(g.passwords) == 0 && len(g.tokens) == 0 }

// Check returns the name of the user whose credentials a request carries: Basic,
// Bearer, or X-Auth-Token, which OCCI clients send after a Keystone exchange.
func (g *Guard) Check(r *http.Request) (user string, ok bool) {
	if g.Open() {
		return "", true
	}
	if token := bearer(r.Header); token != "" {
		user, ok = g.tokens[HashToken(token)]
		return user, ok
	}
	name, password, ok := r.BasicAuth()
	return name, ok && g.password(r, name, password)
}

func bearer(h http.Header) string {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return h.Get("X-Auth-Token")
}

func (g *Guard) password(r *http.Request, name, password string) bool {
	mark := g.mark(name, password)
	if g.knows(mark) {
		return true
	}
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-r.Context().Done():
		return false
	}
	if g.knows(mark) { // the same client's parallel request was first
		return true
	}
	h, known := g.passwords[name]
	if !known {
		h = g.dummy
	}
	if !h.matches(password) || !known {
		return false
	}
	g.remember(mark)
	return true
}

// mark names a pair of name and password without holding it.
func (g *Guard) mark(name, password string) string {
	mac := hmac.New(sha256.New, g.key)
	fmt.Fprintf(mac, "%d:%s%s", len(name), name, password)
	return string(mac.Sum(nil))
}

func (g *Guard) knows(mark string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now().Before(g.verified[mark])
}

func (g *Guard) remember(mark string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if len(g.verified) >= maxRemembered {
		clear(g.verified)
	}
	g.verified[mark] = now.Add(remembered)
}
