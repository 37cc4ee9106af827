package providertest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"occigate/providers"
)

// denied answers every call with wrong credentials, and shows them when told.
type denied struct {
	*memory
	text string
}

func newDenied(text string) *denied {
	m := newMemory()
	m.fault = providers.Errorf(providers.ErrDenied, "call", "%s", text)
	return &denied{m, text}
}

func (d *denied) Identity(context.Context) (providers.Identity, error) {
	return providers.Identity{}, d.fault
}

// cloud puts the suite's view on m; p is m or something that spoils it.
func cloud(m *memory, p providers.Provider) Cloud {
	set := func(do func()) { m.mu.Lock(); defer m.mu.Unlock(); do() }
	fail := func(err error) { set(func() { m.fault = err }) }
	return Cloud{
		Provider: p,
		Settle:   func(testing.TB) { m.settle() },
		Looks:    3,
		Image:    "image-1", Size: "small",
		Secrets:  []string{"s3cret"},
		Denied:   func(testing.TB) providers.Provider { return newDenied("who are you") },
		Misspelt: func() error { return errors.New("file.yaml:3: regoin") },
		Calls: func() (n map[string]int) {
			set(func() { n = maps.Clone(m.calls) })
			return n
		},
		PagesOf: func(servers int) (pages, beside int) {
			return max(1, (servers+m.pageSize-1)/m.pageSize), 0
		},
		Faults: Faults{
			Throttle: func() time.Duration {
				fail(&providers.Error{Kind: providers.ErrThrottled, Op: "any", RetryAfter: 7 * time.Second})
				return 7 * time.Second
			},
			Break:     func() { fail(providers.Errorf(providers.ErrUnavailable, "any", "500")) },
			Quota:     func() { set(func() { m.quota = true }) },
			Hang:      func() { set(func() { m.hang = true }) },
			CutCreate: func() { set(func() { m.cut = true }) },
			PageSize:  func(n int) { set(func() { m.pageSize = n }) },
			FailPage:  func(n int) { set(func() { m.failPage = n }) },
			Lag:       func() { set(func() { m.lag = true }) },
			Heal: func() {
				set(func() {
					m.fault, m.quota, m.hang, m.cut, m.lag, m.pageSize, m.failPage = nil, false, false, false, false, 0, 0
				})
			},
		},
	}
}

func TestSuiteAcceptsGoodCloud(t *testing.T) {
	Run(t, Harness{New: func(testing.TB) Cloud {
		m := newMemory()
		return cloud(m, m)
	}})
}

// The spoilt clouds: each breaks one promise.
type (
	forgetsToken    struct{ *memory }
	doublesRows     struct{ *memory }
	losesLastRow    struct{ *memory }
	swallowsError   struct{ *memory }
	ignoresContext  struct{ *memory }
	deletesNothing  struct{ *memory }
	wrongKind       struct{ *memory }
	ignoresPower    struct{ *memory }
	roundsDown      struct{ *memory }
	deletesAttached struct{ *memory }
	makesTwo        struct{ *memory }
	showsSecret     struct{ *memory }
	ownNetworks     struct{ *memory }
)

func (p forgetsToken) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := p.memory.Servers(ctx)
	for i := range rows {
		rows[i].Token = ""
	}
	return rows, err
}

func (p doublesRows) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := p.memory.Servers(ctx)
	return append(rows, rows...), err
}

func (p losesLastRow) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := p.memory.Servers(ctx)
	return rows[:max(0, len(rows)-1)], err
}

func (p swallowsError) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, _ := p.memory.Servers(ctx)
	return rows, nil
}

func (p ignoresContext) Server(ctx context.Context, id string) (providers.Server, error) {
	s, err := p.memory.Server(ctx, id)
	if ctx.Err() != nil {
		return s, nil
	}
	return s, err
}

func (p deletesNothing) DeleteServer(context.Context, string) (providers.Ticket, error) {
	return "", nil
}

func (p wrongKind) Server(ctx context.Context, id string) (providers.Server, error) {
	s, err := p.memory.Server(ctx, id)
	if err != nil {
		err = errors.New("some text")
	}
	return s, err
}

func (p ignoresPower) Power(context.Context, string, providers.PowerOp) (providers.Ticket, error) {
	return "", nil
}

func (p roundsDown) CreateVolume(ctx context.Context, spec providers.VolumeSpec) (providers.Volume, providers.Ticket, error) {
	spec.SizeGiB = 1
	return p.memory.CreateVolume(ctx, spec)
}

func (p deletesAttached) DeleteVolume(context.Context, string) (providers.Ticket, error) {
	return "", nil
}

func (p makesTwo) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	s, ticket, err := p.memory.CreateServer(ctx, spec)
	if s.ID != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		twin := s
		twin.ID = p.id("server")
		p.servers[twin.ID] = twin
	}
	return s, ticket, err
}

func (p showsSecret) Server(ctx context.Context, id string) (providers.Server, error) {
	s, err := p.memory.Server(ctx, id)
	if err != nil {
		err = providers.Errorf(providers.ErrNotFound, "Server", "GET /?key=s3cret")
	}
	return s, err
}

func (p ownNetworks) Networks(context.Context) ([]providers.Network, error) { return nil, nil }

func TestSuiteRefusesSpoiltCloud(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*memory) providers.Provider
		fails string
	}{
		{"token forgotten", func(m *memory) providers.Provider { return forgetsToken{m} }, "created server is listed with what was asked"},
		{"rows doubled", func(m *memory) providers.Provider { return doublesRows{m} }, "listing has all pages"},
		{"last row lost", func(m *memory) providers.Provider { return losesLastRow{m} }, "listing has all pages"},
		{"failed page swallowed", func(m *memory) providers.Provider { return swallowsError{m} }, "failed page fails the listing"},
		{"context ignored", func(m *memory) providers.Provider { return ignoresContext{m} }, "cancelled call returns while the cloud hangs"},
		{"delete does nothing", func(m *memory) providers.Provider { return deletesNothing{m} }, "deleted server is gone"},
		{"delete of unknown accepted", func(m *memory) providers.Provider { return deletesNothing{m} }, "unknown server is not found"},
		{"error without kind", func(m *memory) providers.Provider { return wrongKind{m} }, "unknown server is not found"},
		{"secret shown", func(m *memory) providers.Provider { return showsSecret{m} }, "unknown server is not found"},
		{"power does nothing", func(m *memory) providers.Provider { return ignoresPower{m} }, "every offered power operation works"},
		{"all power accepted", func(m *memory) providers.Provider { return ignoresPower{m} }, "power operations not offered are refused"},
		{"stop does nothing", func(m *memory) providers.Provider { return ignoresPower{m} }, "stop and start"},
		{"volume rounded down", func(m *memory) providers.Provider { return roundsDown{m} }, "volume size is rounded up"},
		{"attached volume deleted", func(m *memory) providers.Provider { return deletesAttached{m} }, "volume is attached and detached"},
		{"two servers a token", func(m *memory) providers.Provider { return makesTwo{m} }, "same token makes one server"},
		{"second server after a cut", func(m *memory) providers.Provider { return makesTwo{m} }, "cut answer makes no second server"},
		{"network of an interface unknown", func(m *memory) providers.Provider { return ownNetworks{m} }, "interfaces name networks that exist"},
	}
	cases := suite()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := slices.IndexFunc(cases, func(tc testCase) bool { return tc.name == tt.fails })
			if i < 0 {
				t.Fatalf("no case %q", tt.fails)
			}
			m := newMemory()
			if p := tried(t, func(t testing.TB) { cases[i].run(t, cloud(m, tt.spoil(m))) }); !p.Failed() {
				t.Errorf("%q passes", tt.fails)
			}
		})
	}
}

func TestSuiteNeedsEveryHook(t *testing.T) {
	for _, tc := range suite()[len(suite())-8 : len(suite())-1] {
		m := newMemory()
		c := cloud(m, m)
		c.Faults = Faults{Heal: c.Faults.Heal}
		if p := tried(t, func(t testing.TB) { tc.run(t, c) }); !p.Failed() {
			t.Errorf("%q passes on a cloud that cannot misbehave", tc.name)
		}
	}
}

func TestDeviationMustStillDeviate(t *testing.T) {
	passing := tried(t, func(t testing.TB) { mustFail(t, "cannot hang", func(testing.TB) {}) })
	if want := "passes, so its deviation row is out of date: cannot hang"; passing.first != want {
		t.Errorf("a passing case says %q, want %q", passing.first, want)
	}
	failing := tried(t, func(t testing.TB) {
		mustFail(t, "cannot hang", func(t testing.TB) { t.Fatal("no hook") })
	})
	if want := "deviates: cannot hang\nseen: no hook"; failing.first != want {
		t.Errorf("a failing case says %q, want %q", failing.first, want)
	}
}
