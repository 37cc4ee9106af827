package inventory

import (
	"testing"
	"time"

	"occigate/providers"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

var testLimits = Limits{
	Newborn: 5 * time.Minute, Lag: time.Minute, Deleting: 10 * time.Minute,
	Changing: 10 * time.Minute, Showing: time.Hour,
}

func TestSettle(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	began := func(c class, p phase) intent {
		return intent{ID: "x", Kind: KindServer, Class: c, Op: string(c), Phase: p, Changed: ago(time.Minute), Until: noon.Add(time.Minute)}
	}
	with := func(in intent, change func(*intent)) intent { change(&in); return in }
	stop := with(began(classChange, accepted), func(in *intent) { in.Op, in.Before = "stop", providers.StateActive })
	listed := facts{now: noon, seen: true, native: "i-1", newest: ago(time.Second)}
	unlisted := facts{now: noon, newest: ago(10 * time.Second), second: ago(40 * time.Second)}
	tests := map[string]struct {
		in    intent
		facts facts
		step  step
		phase phase
	}{
		"create: the asker may still get its answer":     {began(classCreate, calling), unlisted, wait, calling},
		"create: listed before the answer":               {began(classCreate, calling), listed, keep, calling},
		"create: the asker crashed":                      {with(began(classCreate, calling), func(in *intent) { in.Until = noon }), unlisted, keep, unknown},
		"create: lost, then listed":                      {with(began(classCreate, unknown), func(in *intent) { in.Native = "i-1" }), listed, done, unknown},
		"create: lost, one listing without it":           {began(classCreate, unknown), facts{now: noon, newest: ago(0)}, wait, unknown},
		"create: lost, two listings, but the lag":        {began(classCreate, unknown), unlisted, wait, unknown},
		"create: lost, two listings and the lag":         {with(began(classCreate, unknown), func(in *intent) { in.Changed = ago(2 * time.Minute) }), unlisted, keep, failed},
		"create: accepted, with a ticket":                {with(began(classCreate, accepted), func(in *intent) { in.Ticket = "t" }), unlisted, poll, accepted},
		"create: accepted and listed, steps left":        {with(began(classCreate, accepted), func(in *intent) { in.Ticket, in.Native = "t", "i-1" }), listed, poll, accepted},
		"create: accepted and listed":                    {with(began(classCreate, accepted), func(in *intent) { in.Native = "i-1" }), listed, done, accepted},
		"create: accepted, newborn, not listed":          {began(classCreate, accepted), unlisted, wait, accepted},
		"create: accepted, never listed":                 {with(began(classCreate, accepted), func(in *intent) { in.Changed = ago(6 * time.Minute) }), unlisted, keep, failed},
		"create: failed, shown":                          {began(classCreate, failed), unlisted, wait, failed},
		"create: failed, shown long enough":              {with(began(classCreate, failed), func(in *intent) { in.Changed = ago(time.Hour) }), unlisted, forget, failed},
		"create: failed, listed after all":               {with(began(classCreate, failed), func(in *intent) { in.Native = "i-1" }), listed, done, failed},
		"delete: the asker may still get its answer":     {began(classDelete, calling), listed, wait, calling},
		"delete: the asker crashed":                      {with(began(classDelete, calling), func(in *intent) { in.Until = noon }), listed, forget, calling},
		"delete: accepted, still there":                  {began(classDelete, accepted), listed, wait, accepted},
		"delete: accepted, a ticket":                     {with(began(classDelete, accepted), func(in *intent) { in.Ticket = "t" }), listed, poll, accepted},
		"delete: accepted, gone, with a ticket left":     {with(began(classDelete, accepted), func(in *intent) { in.Ticket = "t" }), unlisted, poll, accepted},
		"delete: accepted, gone":                         {began(classDelete, accepted), unlisted, done, accepted},
		"delete: accepted, not listed since":             {began(classDelete, accepted), facts{now: noon, newest: ago(2 * time.Minute)}, wait, accepted},
		"delete: accepted, lives on":                     {with(began(classDelete, accepted), func(in *intent) { in.Changed = ago(10 * time.Minute) }), listed, keep, failed},
		"delete: failed, gone in the end":                {began(classDelete, failed), unlisted, done, failed},
		"stop: the asker crashed":                        {with(stop, func(in *intent) { in.Phase, in.Until = calling, noon }), listed, forget, calling},
		"stop: still active":                             {stop, facts{now: noon, seen: true, state: "active", newest: noon}, wait, accepted},
		"stop: on the way":                               {stop, facts{now: noon, seen: true, state: "stopping", moving: true, newest: noon}, wait, accepted},
		"stop: inactive":                                 {stop, facts{now: noon, seen: true, state: "inactive", newest: noon}, done, accepted},
		"stop: inactive, but seen before":                {stop, facts{now: noon, seen: true, state: "inactive", newest: ago(time.Hour)}, wait, accepted},
		"stop: in error":                                 {stop, facts{now: noon, seen: true, state: "error", newest: noon}, done, accepted},
		"stop: the server is gone":                       {stop, unlisted, forget, accepted},
		"stop: without effect":                           {with(stop, func(in *intent) { in.Changed = ago(10 * time.Minute) }), facts{now: noon, seen: true, state: "active", newest: noon}, keep, failed},
		"reboot: active again":                           {with(stop, func(in *intent) { in.Op = "reboot" }), facts{now: noon, seen: true, state: "active", newest: noon}, done, accepted},
		"resize: at rest":                                {with(stop, func(in *intent) { in.Op, in.Before = opResize, "" }), facts{now: noon, seen: true, state: "inactive", newest: noon}, done, accepted},
		"plug without an answer: a new interface listed": {with(began(classCreate, unknown), func(in *intent) { in.Kind = KindInterface }), listed, forget, unknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			after, what := settle(tt.in, tt.facts, testLimits)
			if what != tt.step || after.Phase != tt.phase {
				t.Errorf("step %d, phase %s; want %d, %s", what, after.Phase, tt.step, tt.phase)
			}
			if what == keep && after.Phase == failed && after.Problem == "" {
				t.Error("it failed without a reason")
			}
		})
	}
}

func TestSameState(t *testing.T) {
	tests := []struct {
		state providers.State
		op    providers.PowerOp
		want  bool
	}{
		{providers.StateActive, providers.PowerStart, true},
		{providers.StateStarting, providers.PowerStart, true},
		{providers.StatePending, providers.PowerStart, true}, // being built
		{providers.StateRestarting, providers.PowerStart, true},
		{providers.StateInactive, providers.PowerStart, false},
		{providers.StateStopping, providers.PowerStop, true},
		{providers.StateStopping, providers.PowerOff, false},
		{providers.StateInactive, providers.PowerOff, true},
		{providers.StateSuspended, providers.PowerSuspend, true},
		{providers.StateSuspended, providers.PowerStop, false},
		{providers.StateActive, providers.PowerReboot, false},
		{providers.StateRestarting, providers.PowerReset, false},
		{providers.StateUnknown, providers.PowerOp("dance"), false},
	}
	for _, tt := range tests {
		if got := sameState(tt.state, tt.op); got != tt.want {
			t.Errorf("%s of %s: %v, want %v", tt.op, tt.state, got, tt.want)
		}
	}
}
