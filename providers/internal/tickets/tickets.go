// Package tickets writes and reads what adapters put into a [providers.Ticket]:
// the name of a step and what the step needs, as JSON. It knows no cloud, and it
// takes no step by itself.
package tickets

import (
	"context"
	"encoding/json"

	"occigate/providers"
)

// Text writes a ticket. What is left to do is a struct of texts, numbers and
// times, which can always be written; it must hold no secret, since tickets are
// stored.
func Text(left any) providers.Ticket {
	b, _ := json.Marshal(left) // never fails for such a struct
	return providers.Ticket(b)
}

// Read reads a ticket. Text that is not one of the adapter's is
// [providers.ErrInvalid].
func Read(t providers.Ticket, into any) error {
	if err := json.Unmarshal([]byte(t), into); err != nil {
		return Foreign()
	}
	return nil
}

// Foreign is the error of a ticket that the adapter has not written.
func Foreign() error {
	return providers.Errorf(providers.ErrInvalid, "ticket", "not one of this adapter")
}

// Steps says how each step is taken, by its name. P is the adapter's provider,
// T its ticket, whose JSON has the step's name as the member "do".
type Steps[P, T any] map[string]func(P, context.Context, T) (providers.Progress, error)

// Take takes the step that a ticket names. One that names none of them is
// [providers.ErrInvalid].
func (s Steps[P, T]) Take(ctx context.Context, p P, t providers.Ticket) (providers.Progress, error) {
	var named struct {
		Do string `json:"do"`
	}
	var left T
	if err := Read(t, &named); err != nil {
		return providers.Progress{}, err
	}
	step, known := s[named.Do]
	if !known || Read(t, &left) != nil {
		return providers.Progress{}, Foreign()
	}
	return step(p, ctx, left)
}
