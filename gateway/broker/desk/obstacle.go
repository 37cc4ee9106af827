package desk

import (
	"errors"
	"fmt"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// Obstacles says why accounts cannot be used at the moment, by account uid: the
// cloud refuses us or does not answer, or nothing was heard of it yet. A listing
// that only looks odd is none.
func (d *Desk) Obstacles() map[string]broker.Obstacle {
	all := map[string]broker.Obstacle{}
	for _, s := range d.o.Holdings.Accounts() {
		if text := obstacle(&s); text != "" {
			all[s.UID] = broker.Obstacle{Reason: broker.ReasonBreaker, Text: text}
		}
	}
	return all
}

// obstacle says in words what stands against an account, "" when nothing does.
func obstacle(s *inventory.Status) string {
	since := ""
	if !s.Since.IsZero() {
		since = " since " + s.Since.UTC().Format(time.RFC3339)
	}
	switch {
	case errors.Is(s.Kind, providers.ErrDenied):
		return fmt.Sprintf("the cloud refuses the credentials%s: %s", since, s.Problem)
	case s.Problem != "" && s.Kind != nil:
		return fmt.Sprintf("the cloud does not answer as it should%s: %s", since, s.Problem)
	case !s.Complete:
		return "nothing is known of the account yet"
	}
	return ""
}
