package tickets_test

import (
	"context"
	"errors"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/tickets"
)

type work struct {
	Do string `json:"do"`
	N  int    `json:"n,omitempty"`
}

type adapter struct{ taken []work }

func (a *adapter) count(_ context.Context, w work) (providers.Progress, error) {
	a.taken = append(a.taken, w)
	w.N--
	return providers.Progress{Ticket: tickets.Text(w), ID: "7"}, nil
}

func TestTakesTheStepThatIsNamed(t *testing.T) {
	steps := tickets.Steps[*adapter, work]{"count": (*adapter).count}
	var a adapter
	got, err := steps.Take(t.Context(), &a, tickets.Text(work{Do: "count", N: 3}))
	if err != nil || got.ID != "7" || got.Ticket != `{"do":"count","n":2}` || len(a.taken) != 1 || a.taken[0].N != 3 {
		t.Errorf("%+v, %v after %+v", got, err, a.taken)
	}
	for _, foreign := range []providers.Ticket{"", "x", "[]", "{}", `{"do":"dance"}`, `{"do":7}`, `{"do":"count","n":"many"}`} {
		if _, err := steps.Take(t.Context(), &a, foreign); !errors.Is(err, providers.ErrInvalid) {
			t.Errorf("%q: %v, want invalid", foreign, err)
		}
	}
	if len(a.taken) != 1 {
		t.Errorf("foreign tickets took steps: %+v", a.taken)
	}
}
