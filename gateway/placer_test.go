package gateway

import (
	"errors"
	"fmt"
	"testing"

	"occigate/gateway/broker"
	"occigate/gateway/broker/placement"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// TestRefusal holds the line between a machine and two: the next place is tried
// after what certainly made nothing, and after nothing else.
func TestRefusal(t *testing.T) {
	of := func(kind error) error { return providers.Errorf(kind, "create", "no") }
	open := func(err error) error { return &inventory.Unsettled{Kind: inventory.KindServer, ID: "1", Err: err} }
	for _, c := range []struct {
		err  error
		want broker.Reason
	}{
		{of(providers.ErrQuota), broker.ReasonQuota},
		{of(providers.ErrDenied), placement.ReasonDenied},
		{of(providers.ErrThrottled), broker.ReasonBreaker},
		{providers.Unmade(of(providers.ErrUnavailable)), broker.ReasonBreaker},
		{of(providers.ErrUnavailable), broker.ReasonBreaker}, // not unsettled: the cloud was not called
		{open(of(providers.ErrUnavailable)), ""},
		{open(of(providers.ErrQuota)), ""},
		{fmt.Errorf("x: %w", open(of(providers.ErrThrottled))), ""},
		{fmt.Errorf("inventory: %w: %w: away", inventory.ErrStore, providers.ErrUnavailable), ""},
		{inventory.ErrNotReady, ""},
		{of(providers.ErrInvalid), ""},
		{of(providers.ErrConflict), ""},
		{of(providers.ErrNotFound), ""},
		{of(providers.ErrUnsupported), ""},
		{errors.New("a fault of ours"), ""},
	} {
		if got := refusal(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
