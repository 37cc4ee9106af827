package providertest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"occigate/providers"
)

// kinds is the closed set; an error matches exactly one.
var kinds = []error{
	providers.ErrNotFound, providers.ErrConflict, providers.ErrInvalid, providers.ErrDenied,
	providers.ErrQuota, providers.ErrThrottled, providers.ErrUnavailable, providers.ErrUnsupported,
}

// ok ends the case when err is not nil.
func (c Cloud) ok(t testing.TB, err error, call string) {
	t.Helper()
	if err != nil {
		c.noSecrets(t, err)
		t.Fatalf("%s: %v", call, err)
	}
}

// refused reports an error that is nil, is of none or several kinds, is of
// another kind than those wanted, names no call, or holds a secret.
func (c Cloud) refused(t testing.TB, err error, call string, want ...error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %v", call, want)
		return
	}
	c.noSecrets(t, err)
	var e *providers.Error
	if !errors.As(err, &e) || e.Op == "" {
		t.Errorf("%s: the error names no call of the cloud: %v", call, err)
	}
	var is []error
	for _, k := range kinds {
		if errors.Is(err, k) {
			is = append(is, k)
		}
	}
	if len(is) != 1 || !slices.Contains(want, is[0]) {
		t.Errorf("%s: is of kind %v, want one of %v: %v", call, is, want, err)
	}
}

func (c Cloud) noSecrets(t testing.TB, err error) {
	t.Helper()
	for i, secret := range c.Secrets {
		if secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("an error text holds secret %d of %d", i+1, len(c.Secrets))
		}
	}
}

// until looks until done, with time passing between two looks.
func (c Cloud) until(t testing.TB, what string, done func() bool) {
	t.Helper()
	looks := c.Looks
	if looks == 0 {
		looks = 100
	}
	for range looks {
		if done() {
			return
		}
		c.Settle(t)
	}
	t.Fatalf("%s: not so after %d looks", what, looks)
}

// finish takes a ticket's steps one at a time until none is left and returns
// the native id that they told, if any.
func (c Cloud) finish(t testing.TB, ticket providers.Ticket) (id string) {
	t.Helper()
	if ticket == "" {
		return ""
	}
	poller, is := c.Provider.(providers.Poller)
	if !is {
		t.Fatalf("ticket %q of an adapter that is no Poller", ticket)
	}
	c.until(t, fmt.Sprintf("ticket %q ends", ticket), func() bool {
		p, err := poller.Poll(t.Context(), ticket)
		switch providers.Kind(err) {
		case nil:
			if p.ID != "" {
				id = p.ID
			}
			ticket = p.Ticket
			return ticket == ""
		case providers.ErrThrottled, providers.ErrUnavailable:
			return false
		}
		c.ok(t, err, "Poll")
		return true
	})
	return id
}

// unknown gives a native id of nothing.
func (c Cloud) unknown(kind string) string {
	if id := c.Unknown[kind]; id != "" {
		return id
	}
	return "5f0c6ad1-8d0c-4f5e-9a0e-0d3b7c0ffee0"
}

// newToken gives a random UUID, the form of all our tokens.
func newToken() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// only gives the one row that fits and fails when there is none or more.
func only[T any](t testing.TB, rows []T, what string, fits func(T) bool) T {
	t.Helper()
	var found []T
	for _, r := range rows {
		if fits(r) {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s: %d rows of %d, want 1", what, len(found), len(rows))
	}
	return found[0]
}
