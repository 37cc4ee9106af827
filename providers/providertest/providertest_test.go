package providertest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
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
	return Cloud{
		Provider: p,
		Settle:   func(testing.TB) { m.settle() },
		Looks:    3,
		Image:    "image-1", Size: "small",
		Secrets:  []string{"s3cret"},
		Denied:   func(testing.TB) providers.Provider { return newDenied("who are you") },
		Misspelt: func() error { return errors.New("file.yaml:3: regoin") },
		Cost:     new(Cost),
		Faults: Faults{
			Plan: &m.plan, List: "Servers", Create: "CreateServer", Media: "text/plain", Login: "Login", Paged: true, Expires: true, Clocked: true, Rows: true,
			Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second},
			Quota:    func() { set(func() { m.quota = true }) },
			Lag:      []fault.Fault{{Kind: fault.Lag, Delay: time.Minute, Call: "Servers"}},
			Failure:  fault.Fault{Kind: fault.Body, Body: "failed"},
			Number:   fault.Fault{Kind: fault.Edit, Find: "number", Body: "text"},
			NewState: fault.Fault{Kind: fault.Edit, Find: "state", Body: Unheard},
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
	doublesNetworks struct{ *memory }
	losesLastRow    struct{ *memory }
	swallowsError   struct{ *memory }
	ignoresContext  struct{ *memory }
	deletesNothing  struct{ *memory }
	wrongKind       struct{ *memory }
	ignoresPower    struct{ *memory }
	backsUpAsImage  struct{ *memory }
	roundsDown      struct{ *memory }
	deletesAttached struct{ *memory }
	makesTwo        struct{ *memory }
	showsSecret     struct{ *memory }
	ownNetworks     struct{ *memory }
	asksTwice       struct{ *memory }
	namesNoCall     struct{ *memory }
	guessesState    struct{ *memory }
	logsInTwice     struct{ *memory }
	repeatsWords    struct{ *memory }
	nothingForError struct{ *memory }
)

func (p asksTwice) Servers(ctx context.Context) ([]providers.Server, error) {
	if _, err := p.memory.Servers(ctx); err != nil {
		return nil, err
	}
	return p.memory.Servers(ctx)
}

func (p namesNoCall) Server(ctx context.Context, id string) (providers.Server, error) {
	s, err := p.memory.Server(ctx, id)
	if err != nil {
		err = providers.Kind(err)
	}
	return s, err
}

func (p guessesState) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := p.memory.Servers(ctx)
	for i := range rows {
		if rows[i].State == providers.StateUnknown {
			rows[i].State = providers.StateActive
		}
	}
	return rows, err
}

func (p logsInTwice) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	p.plan.Count("Login")
	return p.memory.Catalogue(ctx)
}

func (p repeatsWords) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	cat, err := p.memory.Catalogue(ctx)
	if err != nil {
		err = providers.Errorf(providers.ErrInvalid, "Catalogue", "cannot take s3cret")
	}
	return cat, err
}

func (p nothingForError) Volumes(ctx context.Context) ([]providers.Volume, error) {
	rows, _ := p.memory.Volumes(ctx)
	return rows, nil
}

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

func (p doublesNetworks) Networks(ctx context.Context) ([]providers.Network, error) {
	rows, err := p.memory.Networks(ctx)
	if _, doubled := p.plan.Take(fault.Duplicate, "Networks"); doubled {
		rows = append(rows, rows...)
	}
	return rows, err
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

func (p backsUpAsImage) BackUpServer(ctx context.Context, id string, spec providers.ImageSpec) (providers.Ticket, error) {
	_, ticket, err := p.SaveServer(ctx, id, spec)
	return ticket, err
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
		{"backup is an image", func(m *memory) providers.Provider { return backsUpAsImage{m} }, "server is backed up, and no image appears"},
		{"volume rounded down", func(m *memory) providers.Provider { return roundsDown{m} }, "volume size is rounded up"},
		{"attached volume deleted", func(m *memory) providers.Provider { return deletesAttached{m} }, "volume is attached and detached"},
		{"two servers a token", func(m *memory) providers.Provider { return makesTwo{m} }, "same token makes one server"},
		{"second server after a cut", func(m *memory) providers.Provider { return makesTwo{m} }, "lost answer makes no second server"},
		{"more calls than pages", func(m *memory) providers.Provider { return asksTwice{m} }, "listing costs few calls"},
		{"rows listed twice", func(m *memory) providers.Provider { return doublesRows{m} }, "row that comes twice is listed once"},
		{"networks listed twice", func(m *memory) providers.Provider { return doublesNetworks{m} }, "row that comes twice is listed once"},
		{"rows in order listed twice", func(m *memory) providers.Provider { return doublesRows{m} }, "order of rows does not matter"},
		{"another row missing", func(m *memory) providers.Provider { return losesLastRow{m} }, "row that vanishes from one listing comes back"},
		{"error without a call", func(m *memory) providers.Provider { return namesNoCall{m} }, "unknown server is not found"},
		{"new state taken for a known one", func(m *memory) providers.Provider { return guessesState{m} }, "state of a future version is unknown"},
		{"login at each call", func(m *memory) providers.Provider { return logsInTwice{m} }, "expired session is begun again unseen"},
		{"secret repeated", func(m *memory) providers.Provider { return repeatsWords{m} }, "secrets are in no error text"},
		{"cut volumes are none", func(m *memory) providers.Provider { return nothingForError{m} }, "connection cut in an answer is unavailable"},
		{"half the volumes are none", func(m *memory) providers.Provider { return nothingForError{m} }, "half a document is unavailable"},
		{"no volumes in nothing", func(m *memory) providers.Provider { return nothingForError{m} }, "empty body is unavailable"},
		{"no volumes on a page", func(m *memory) providers.Provider { return nothingForError{m} }, "web page is unavailable"},
		{"failed listing is empty", func(m *memory) providers.Provider { return swallowsError{m} }, "failure with a good status is unavailable"},
		{"network of an interface unknown", func(m *memory) providers.Provider { return ownNetworks{m} }, "interfaces name networks that exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tc, m := named(t, tt.fails), newMemory()
			if p := tried(t, func(t testing.TB) { tc.run(t, cloud(m, tt.spoil(m))) }); !p.Failed() {
				t.Errorf("%q passes", tt.fails)
			}
		})
	}
}

// TestSuiteNeedsEveryFault takes away what the harness says of its faults: a
// case that cannot try its promise does not pass.
func TestSuiteNeedsEveryFault(t *testing.T) {
	for _, tt := range []struct {
		name string
		take func(*Faults)
	}{
		{"limit reached is quota", func(f *Faults) { f.Quota = nil }},
		{"server that lags appears", func(f *Faults) { f.Lag = nil }},
		{"failure with a good status is unavailable", func(f *Faults) { f.Failure = fault.Fault{} }},
		{"number of another kind is read or refused", func(f *Faults) { f.Number = fault.Fault{} }},
		{"state of a future version is unknown", func(f *Faults) { f.NewState = fault.Fault{} }},
	} {
		m := newMemory()
		c := cloud(m, m)
		tt.take(&c.Faults)
		if p := tried(t, func(t testing.TB) { named(t, tt.name).run(t, c) }); !p.Failed() {
			t.Errorf("%q passes on a cloud that cannot misbehave so", tt.name)
		}
	}
}

// named is a case of the suite.
func named(t testing.TB, name string) testCase {
	t.Helper()
	cases := suite()
	i := slices.IndexFunc(cases, func(tc testCase) bool { return tc.name == name })
	if i < 0 {
		t.Fatalf("no case %q", name)
	}
	return cases[i]
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
