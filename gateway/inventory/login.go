package inventory

import (
	"context"
	"sync"

	"go.uber.org/zap"

	"occigate/gateway/store"
	"occigate/providers"
)

// claims says which account of this gateway is who at the clouds.
type claims struct {
	mu  sync.Mutex
	own map[claim]string // uid
}

// claim is what two accounts must not have in common.
type claim struct{ cloud, account, region string }

// take reports who else has the claim, "" when it is uid's now.
func (c *claims) take(id claim, uid string) (other string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own == nil {
		c.own = map[claim]string{}
	}
	if other := c.own[id]; other != "" && other != uid {
		return other
	}
	c.own[id] = uid
	return ""
}

// identify is the flight of a login.
func (w *worker) identify(ctx context.Context) func(context.Context) {
	var who providers.Identity
	err := w.guarded("login", func() (err error) {
		who, err = w.Provider.Identity(ctx)
		return err
	})
	return func(ctx context.Context) { w.identified(ctx, who, err) }
}

// identified goes on when the login is good and the account is who it was, and
// nobody else is. Otherwise the circuit is open: nothing is listed, and the
// login is the probe.
func (w *worker) identified(ctx context.Context, who providers.Identity, err error) {
	w.probing = false
	if err == nil {
		err = w.recognise(ctx, who)
	}
	if err == nil {
		if w.circuit.open {
			w.recovered(w.now())
		}
		w.loggedIn, w.circuit = true, circuit{}
		return
	}
	w.circuit = w.circuit.trip(w.now(), err, w.Refresh.pace(groupServers), jitter())
	w.log.Warn("the account cannot be used", zap.Error(err))
	w.behind = true
	w.restamp(ctx)
	w.tried.Store(true)
}

// recognise compares who the account is with who it was, and with the others.
func (w *worker) recognise(ctx context.Context, who providers.Identity) error {
	var was *providers.Identity
	other := ""
	w.feed.mu.Lock()
	for uid, s := range w.feed.states {
		switch {
		case uid == w.UID:
			was = s.identity
		case s.identity != nil && s.cloud == w.Cloud && sameIdentity(*s.identity, who):
			other = uid
		}
	}
	w.feed.mu.Unlock()
	if was != nil && !sameIdentity(*was, who) && was.Account != "" {
		return providers.Errorf(providers.ErrDenied, "login",
			"the credentials are now of account %s in %s, they were of %s in %s: the account is stopped, nothing was removed",
			who.Account, who.Region, was.Account, was.Region)
	}
	if other == "" && who.Account != "" {
		other = w.claims.take(claim{w.Cloud, who.Account, who.Region}, w.UID)
	}
	if other != "" {
		return providers.Errorf(providers.ErrDenied, "login",
			"account %s in %s is configured already as %s", who.Account, who.Region, other)
	}
	if was != nil && *was == who {
		return nil
	}
	key := store.Key{UID: w.UID, Kind: recIdentity, ID: theOne}
	return w.feed.revise(ctx, key, func([]byte) ([]byte, error) { return encode(who), nil })
}

func sameIdentity(a, b providers.Identity) bool {
	return a.Account != "" && a.Account == b.Account && a.Region == b.Region
}
