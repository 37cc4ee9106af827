package power_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/power"
)

var orders = power.Orders[string]{providers.PowerStart: "on", providers.PowerOff: "off", providers.PowerReset: "cycle"}

// server is a simulated one: what it is at each look, and what the cloud says.
type server struct {
	looks   []providers.State
	offers  []providers.PowerOp
	refused error
	given   []string
}

func (s *server) target() power.Target[string] {
	return power.Target[string]{
		ID: "id",
		Look: func(_ context.Context, id string) (providers.Server, error) {
			if id != "id" {
				return providers.Server{}, errors.New("another server")
			}
			now := s.looks[0]
			s.looks = s.looks[min(1, len(s.looks)-1):]
			if now == "" {
				return providers.Server{}, providers.ErrNotFound
			}
			return providers.Server{State: now, NativeState: "word", Power: s.offers}, nil
		},
		Give: func(_ context.Context, id, word string) (providers.Ticket, error) {
			s.given = append(s.given, strings.TrimPrefix(id, "id")+word)
			return "ticket", s.refused
		},
	}
}

func TestCarry(t *testing.T) {
	const active, inactive, stopping = providers.StateActive, providers.StateInactive, providers.StateStopping
	all := []providers.PowerOp{providers.PowerStart, providers.PowerOff, providers.PowerReset}
	states := func(s ...providers.State) []providers.State { return s }
	tests := []struct {
		name  string
		op    providers.PowerOp
		in    server
		given string
		want  error
	}{
		{"offered", providers.PowerOff, server{looks: states(active), offers: all}, "off", nil},
		{"unknown", providers.PowerSuspend, server{looks: states(active), offers: all}, "", providers.ErrUnsupported},
		{"there", providers.PowerOff, server{looks: states(inactive), offers: all}, "", nil},
		{"on its way", providers.PowerOff, server{looks: states(stopping)}, "", nil},
		{"restart of what runs", providers.PowerReset, server{looks: states(active), offers: all}, "cycle", nil},
		{"not offered", providers.PowerReset, server{looks: states(inactive), offers: all[:1]}, "", providers.ErrConflict},
		{"gone", providers.PowerOff, server{looks: states("")}, "", providers.ErrNotFound},
		{"refused, and there by then", providers.PowerOff, server{looks: states(active, inactive), offers: all, refused: providers.ErrInvalid}, "off", nil},
		{"refused", providers.PowerOff, server{looks: states(active), offers: all, refused: providers.ErrConflict}, "off", providers.ErrConflict},
		{"refused, and gone by then", providers.PowerOff, server{looks: states(active, ""), offers: all, refused: providers.ErrConflict}, "off", providers.ErrConflict},
		{"denied", providers.PowerOff, server{looks: states(active, inactive), offers: all, refused: providers.ErrDenied}, "off", providers.ErrDenied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ticket, err := orders.Carry(t.Context(), tt.op, tt.in.target())
			if !errors.Is(err, tt.want) || strings.Join(tt.in.given, " ") != tt.given {
				t.Errorf("%v after %q, want %v after %q", err, tt.in.given, tt.want, tt.given)
			}
			if carried := tt.given != "" && tt.in.refused == nil; (ticket != "") != carried {
				t.Errorf("ticket %q", ticket)
			}
		})
	}
}

func TestAtOnce(t *testing.T) {
	refused := errors.New("no")
	give := power.AtOnce(func(_ context.Context, id, word string) error {
		if id+word == "idon" {
			return nil
		}
		return refused
	})
	for id, want := range map[string]error{"id": nil, "other": refused} {
		if ticket, err := give(t.Context(), id, "on"); ticket != "" || !errors.Is(err, want) {
			t.Errorf("%s: %q, %v, want %v and no ticket", id, ticket, err, want)
		}
	}
}
