package inventory_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"occigate/providers"
)

// TestStopWhileAStepIsUnderWay stops a server while the last step of its create,
// which sees to it that the server runs, hangs on its way to the cloud and takes
// effect after the stop. What the client asked for last must come true, whichever
// gateway it asks and whatever the server was shown as.
func TestStopWhileAStepIsUnderWay(t *testing.T) {
	const active, inactive = providers.StateActive, providers.StateInactive
	tests := []struct {
		name   string
		other  bool // asks the gateway that does not take the steps
		before providers.State
		ops    []providers.PowerOp
		want   providers.State
	}{
		{"the same gateway", false, active, []providers.PowerOp{providers.PowerOff}, inactive},
		{"another gateway", true, active, []providers.PowerOp{providers.PowerOff}, inactive},
		{"stopped before it ran, the same gateway", false, inactive, []providers.PowerOp{providers.PowerStop}, inactive},
		{"stopped before it ran, another gateway", true, inactive, []providers.PowerOp{providers.PowerStop}, inactive},
		{"stopped and started", true, active, []providers.PowerOp{providers.PowerStop, providers.PowerStart}, active},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				st := openStore(t, file)
				defer st.Close()
				c := openCrowd(t, st, 2, 1)
				defer c.stop(0, 1)
				a, letGo := c.clouds[0], holdFirstStep(c.clouds[0])
				taking, asked := c.houses[0], c.houses[0]
				if c.held(0) == 0 {
					taking, asked = c.houses[1], c.houses[1]
				}
				if tt.other {
					asked = c.houses[0]
					if taking == c.houses[0] {
						asked = c.houses[1]
					}
				}
				made, err := taking.create("a", "x")
				if err != nil {
					t.Fatal(err)
				}
				a.do(func() { a.servers["i-2"].State = tt.before })
				taking.sleep(20 * time.Second)
				if a.count("Poll") != 1 {
					t.Fatalf("%d steps are under way, want one", a.count("Poll"))
				}
				for _, op := range tt.ops {
					if _, err := asked.Power(t.Context(), made.ID, op); err != nil {
						t.Fatalf("%s: %v", op, err)
					}
					taking.sleep(10 * time.Second)
				}
				close(letGo)
				synctest.Wait()
				a.do(func() {
					if a.servers["i-2"].State != active {
						t.Error("the step that hung had no effect, so that this proves nothing")
					}
				})
				taking.sleep(2 * time.Minute)
				for i, h := range c.houses {
					it, _ := h.Get(t.Context(), made.ID)
					if it == nil || it.Server.State != tt.want || it.Pending != "" || it.Problem != "" {
						t.Errorf("gateway %d shows %+v, want %s and nothing pending", i, it, tt.want)
					}
				}
			})
		})
	}
}

// TestARefusedStopLeavesTheOneBefore stops a server again that runs since a step of
// its create came late. The cloud refuses that: the first stop still counts.
func TestARefusedStopLeavesTheOneBefore(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		letGo := holdFirstStep(a)
		h := open(t, file, a)
		defer h.stop()
		made, err := h.create("a", "x")
		if err != nil {
			t.Fatal(err)
		}
		a.do(func() { a.servers["i-2"].State = providers.StateActive })
		h.sleep(20 * time.Second)
		if _, err := h.Power(t.Context(), made.ID, providers.PowerStop); err != nil {
			t.Fatal(err)
		}
		h.sleep(20 * time.Second)
		a.do(func() {
			a.fails["Server"] = providers.Errorf(providers.ErrUnavailable, "Server", "no answer")
			a.fails["Power"] = providers.Errorf(providers.ErrConflict, "Power", "it is starting")
		})
		close(letGo)
		h.sleep(20 * time.Second)
		if _, err := h.Power(t.Context(), made.ID, providers.PowerStop); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("the second stop: %v, want a conflict", err)
		}
		a.do(func() { clear(a.fails) })
		h.sleep(2 * time.Minute)
		if it, _ := h.Get(t.Context(), made.ID); it.Server.State != providers.StateInactive || it.Problem != "" {
			t.Errorf("it is %s, %s", it.Server.State, it.Problem)
		}
	})
}

// holdFirstStep lets the next server need one step more, which makes it run, and
// keeps the first attempt at that step back until the channel is closed.
func holdFirstStep(a *cloud) (letGo chan struct{}) {
	letGo = make(chan struct{})
	var polls atomic.Int32
	start := func() (providers.Progress, error) {
		a.servers["i-2"].State = providers.StateActive
		return providers.Progress{ID: "i-2"}, nil
	}
	a.do(func() {
		a.ticket = "see that it runs"
		a.progress = []func() (providers.Progress, error){start, start, start}
		a.before["Poll"] = func() {
			if polls.Add(1) == 1 {
				<-letGo
			}
		}
	})
	return letGo
}
