package sources

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"occigate/gateway/broker/tariff"
	"occigate/gateway/store"
	"occigate/gateway/store/bolt/bolttest"
	"occigate/providers"
	"occigate/test/cloudsim/timeline"
)

var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// seller tells prices, and counts how often it was asked. Editions are the digests.
type seller struct {
	clock   *timeline.Clock
	sources []providers.PriceSource

	mu     sync.Mutex
	prices []providers.Price
	date   time.Time // of the list, when it is a file
	err    error
	calls  int
	held   chan struct{} // what answers wait for, nil for nothing
}

func (s *seller) PriceSources() []providers.PriceSource { return s.sources }

func (s *seller) set(change func(*seller)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *seller) Prices(ctx context.Context, source, edition string) (providers.PriceList, error) {
	s.mu.Lock()
	s.calls++
	held := s.held
	s.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return providers.PriceList{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return providers.PriceList{}, s.err
	}
	list := providers.PriceList{
		Region: "eu-central-1", Location: "https://example.org/" + source, Observed: s.clock.Now(),
		Prices: s.prices, Digest: fmt.Sprintf("%064x", len(fmt.Sprint(s.prices))), Edition: fmt.Sprint(s.prices), Missing: 3,
	}
	if !s.date.IsZero() {
		list.Observed = s.date
	}
	if edition == list.Edition {
		list.Unchanged, list.Prices = true, nil
	}
	return list, nil
}

func hourly(size, amount string) providers.Price {
	return providers.Price{
		Of: providers.PricedServer, Item: size, OS: "linux", Category: providers.PriceStandard,
		Amount: decimal.RequireFromString(amount), Currency: "USD", Unit: "Hours", Granularity: 1, Minimum: 60,
	}
}

// gate is one gateway's keeper, turned by hand.
type gate struct {
	*Keeper
	book *tariff.Book
}

func newGate(t *testing.T, kept store.Store, c *timeline.Clock, holder string, accounts ...Account) gate {
	t.Helper()
	book := &tariff.Book{}
	return gate{New(Options{Store: kept, Accounts: accounts, Book: book, Holder: holder, Clock: c}), book}
}

func (g gate) turn(t *testing.T) {
	t.Helper()
	for _, s := range g.sources {
		s.turn(t.Context())
	}
}

// entry is the only tariff of the book.
func (g gate) entry(t *testing.T) tariff.Entry {
	t.Helper()
	all, _ := g.book.Entries()
	if len(all) != 1 {
		t.Fatalf("%d tariffs, want one", len(all))
	}
	return all[0]
}

func shared(c *timeline.Clock) *seller {
	return &seller{
		clock:   c,
		sources: []providers.PriceSource{{Name: "list", Key: "ec2 list", Region: "eu-central-1", Every: 24 * time.Hour}},
		prices:  []providers.Price{hourly("small", "0.0116"), hourly("large", "0.0928")},
	}
}

func TestAccountsWithOneKeyAreAskedOnce(t *testing.T) {
	c := timeline.NewClock(start)
	s := shared(c)
	var accounts []Account
	for n := range 60 {
		accounts = append(accounts, Account{fmt.Sprintf("a%d", n), "ec2", s})
	}
	g := newGate(t, bolttest.New(t), c, "one", accounts...)
	g.turn(t)
	g.turn(t)
	e := g.entry(t)
	if s.calls != 1 || e.Name != "ec2 list" || e.Problem != "" || len(e.Tariff.Prices()) != 2 || e.Tariff.Scope().Accounts != nil {
		t.Errorf("%d calls, %s: %q, %d prices for %d accounts", s.calls, e.Name, e.Problem, len(e.Tariff.Prices()), len(e.Tariff.Scope().Accounts))
	}
	if !e.Tariff.Scope().Covers("ec2", "eu-central-1", "a7") || e.Tariff.Source().Digest == "" || !e.Tariff.ObservedAt().Equal(start) {
		t.Errorf("%+v of %+v at %s", e.Tariff.Scope(), e.Tariff.Source(), e.Tariff.ObservedAt())
	}
}

// TestTwoListsOfOneRegion holds that accounts which read one list at two places
// have each their own.
func TestTwoListsOfOneRegion(t *testing.T) {
	c := timeline.NewClock(start)
	one, two := shared(c), shared(c)
	two.sources[0].Key = "ec2 copy"
	g := newGate(t, bolttest.New(t), c, "one", Account{"a", "ec2", one}, Account{"b", "ec2", two})
	g.turn(t)
	g.turn(t)
	all, _ := g.book.Entries()
	if len(all) != 2 || !all[0].Tariff.Scope().Covers("ec2", "eu-central-1", "b") || all[0].Tariff.Scope().Covers("ec2", "eu-central-1", "a") || all[0].Name != "ec2 copy" {
		t.Errorf("%+v", all)
	}
}

// TestGatewaysAskOnce holds that gateways with one store make the calls of one,
// also one that starts later, and all see a change.
func TestGatewaysAskOnce(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), bolttest.New(t)
	s.sources[0].Discount = 75_000
	one := newGate(t, kept, c, "one", Account{"a", "ec2", s})
	two := newGate(t, kept, c, "two", Account{"a", "ec2", s})
	for range 3 {
		one.turn(t)
		two.turn(t)
	}
	if s.calls != 1 || two.entry(t).Tariff.Digest() != one.entry(t).Tariff.Digest() {
		t.Errorf("%d calls", s.calls)
	}
	c.Pass(27 * time.Hour)
	s.set(func(s *seller) { s.prices[0] = hourly("small", "0.02") })
	two.turn(t)
	one.turn(t)
	late := newGate(t, kept, c, "late", Account{"a", "ec2", s})
	late.turn(t)
	for _, g := range []gate{one, two, late} {
		e := g.entry(t)
		if price := e.Tariff.Prices()[1]; price.ListUnitPrice.String() != "0.02 USD" || !e.Tariff.ObservedAt().Equal(c.Now()) {
			t.Errorf("%s: %s, observed %s", g.o.Holder, price.ListUnitPrice, e.Tariff.ObservedAt())
		}
		if off := e.Tariff.DiscountOf("a", tariff.MeterCompute); off != 75_000 {
			t.Errorf("%s: %d millionths off", g.o.Holder, off)
		}
	}
	if s.calls != 2 {
		t.Errorf("%d calls, want 2", s.calls)
	}
}

// TestWhileOneReadsNobodyElseDoes lets one gateway read for long.
func TestWhileOneReadsNobodyElseDoes(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), bolttest.New(t)
	s.held = make(chan struct{})
	one := newGate(t, kept, c, "one", Account{"a", "ec2", s})
	two := newGate(t, kept, c, "two", Account{"a", "ec2", s})
	done := make(chan struct{})
	go func() {
		defer close(done)
		one.sources[0].turn(t.Context())
	}()
	for asked := 0; asked == 0; time.Sleep(time.Millisecond) {
		s.set(func(s *seller) { asked = s.calls })
	}
	two.turn(t)
	if entries, _ := two.book.Entries(); s.calls != 1 || len(entries) != 0 {
		t.Errorf("%d calls, %d tariffs while another reads", s.calls, len(entries))
	}
	close(s.held)
	<-done
	two.turn(t)
	if s.calls != 1 || len(two.entry(t).Tariff.Prices()) != 2 {
		t.Errorf("%d calls", s.calls)
	}
}

// TestFailuresDoNotLookFresh goes through a failure and the end of it.
func TestFailuresDoNotLookFresh(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), bolttest.New(t)
	one := newGate(t, kept, c, "one", Account{"a", "ec2", s})
	two := newGate(t, kept, c, "two", Account{"a", "ec2", s})
	one.turn(t)
	c.Pass(27 * time.Hour)
	s.set(func(s *seller) { s.err = errors.New("byte 7: the text breaks off") })
	one.turn(t)
	one.turn(t)
	two.turn(t)
	if s.calls != 2 {
		t.Errorf("%d calls: a source that fails is left alone for a while", s.calls)
	}
	for _, g := range []gate{one, two} {
		e := g.entry(t)
		if e.Tariff == nil || !e.Tariff.ObservedAt().Equal(start) || e.Age(c.Now()) != 27*time.Hour || !strings.Contains(e.Problem, "breaks off") || !e.FailedAt.Equal(c.Now()) {
			t.Errorf("%s: age %s, %q at %s", g.o.Holder, e.Age(c.Now()), e.Problem, e.FailedAt)
		}
	}
	for range 5 {
		c.Pass(24 * time.Hour)
		two.turn(t)
	}
	s.set(func(s *seller) { s.err = nil })
	c.Pass(27 * time.Hour)
	two.turn(t)
	one.turn(t)
	for _, g := range []gate{one, two} {
		if e := g.entry(t); e.Problem != "" || !e.FailedAt.IsZero() || e.Age(c.Now()) != 0 {
			t.Errorf("%s after the end of the failure: %+v, age %s", g.o.Holder, e.Problem, e.Age(c.Now()))
		}
	}
}

func TestTheNextAccountIsTried(t *testing.T) {
	c := timeline.NewClock(start)
	bad, good := shared(c), shared(c)
	bad.err = providers.Errorf(providers.ErrDenied, "GetProducts", "not allowed")
	g := newGate(t, bolttest.New(t), c, "one", Account{"a", "ec2", bad}, Account{"b", "ec2", good})
	g.turn(t)
	if e := g.entry(t); e.Tariff != nil || e.Problem == "" {
		t.Errorf("%+v", e)
	}
	c.Pass(2 * time.Minute)
	g.turn(t)
	if e := g.entry(t); e.Tariff == nil || e.Problem != "" {
		t.Errorf("%+v", e)
	}
}

func TestPatienceThatIsAskedFor(t *testing.T) {
	c := timeline.NewClock(start)
	s := shared(c)
	s.err = &providers.Error{Kind: providers.ErrThrottled, Op: "GET list", RetryAfter: 3 * time.Hour}
	g := newGate(t, bolttest.New(t), c, "one", Account{"a", "ec2", s})
	g.turn(t)
	c.Pass(2 * time.Hour)
	g.turn(t)
	if s.calls != 1 {
		t.Errorf("%d calls before the time that was asked for", s.calls)
	}
	c.Pass(2 * time.Hour)
	g.turn(t)
	if s.calls != 2 {
		t.Errorf("%d calls after it", s.calls)
	}
}

// TestAnEmptiedStore holds that the prices stay, and are read again.
func TestAnEmptiedStore(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), bolttest.New(t)
	g := newGate(t, kept, c, "one", Account{"a", "ec2", s})
	g.turn(t)
	if err := kept.Forget(t.Context(), g.sources[0].uid); err != nil {
		t.Fatal(err)
	}
	g.turn(t)
	late := newGate(t, kept, c, "late", Account{"a", "ec2", s})
	late.turn(t)
	if s.calls != 2 || len(late.entry(t).Tariff.Prices()) != 2 || len(g.entry(t).Tariff.Prices()) != 2 {
		t.Errorf("%d calls", s.calls)
	}
}

func TestFilesAreEachGatewaysOwn(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), bolttest.New(t)
	s.sources[0].Local, s.date = true, start.AddDate(0, -2, 0)
	for _, holder := range []string{"one", "two"} {
		g := newGate(t, kept, c, holder, Account{"a", "ec2", s})
		g.turn(t)
		c.Pass(27 * time.Hour)
		g.turn(t)
		if e := g.entry(t); !e.Tariff.ObservedAt().Equal(s.date) {
			t.Errorf("observed %s: a file does not become younger by being read", e.Tariff.ObservedAt())
		}
	}
	if s.calls != 4 {
		t.Errorf("%d readings, want 2 of each", s.calls)
	}
}

func TestPricesThatCannotBe(t *testing.T) {
	for want, p := range map[string]providers.Price{
		`"ECU" is no currency`:        func() providers.Price { p := hourly("small", "1"); p.Currency = "ECU"; return p }(),
		"has more than 9 decimals":    hourly("small", "0.00000000000000000001"),
		"is negative":                 hourly("small", "-1"),
		"a price of zero needs":       hourly("small", "0"),
		"it binds for 2 years":        func() providers.Price { p := hourly("small", "1"); p.Years = 2; return p }(),
		`"Fortnights" is no unit`:     func() providers.Price { p := hourly("small", "1"); p.Unit = "Fortnights"; return p }(),
		`"large": SkuPriceID: is the`: hourly("large", "7"),
	} {
		c := timeline.NewClock(start)
		s := shared(c)
		good := s.prices
		g := newGate(t, bolttest.New(t), c, "one", Account{"a", "ec2", s})
		g.turn(t)
		s.set(func(s *seller) { s.prices = append([]providers.Price{p}, good...) })
		c.Pass(27 * time.Hour)
		g.turn(t)
		e := g.entry(t)
		if !strings.Contains(e.Problem, want) || !strings.Contains(e.Problem, "https://example.org/list") || len(e.Tariff.Prices()) != 2 || !e.Tariff.ObservedAt().Equal(start) {
			t.Errorf("want %s, got %s", want, e.Problem)
		}
	}
}

// TestAmounts holds that what nano-units cannot say is the price of more units.
func TestAmounts(t *testing.T) {
	for text, want := range map[string]struct {
		nanos, per int64
	}{
		"0.0116": {11_600_000, 1}, "0.000000001": {1, 1}, "0.0000000001": {100, 1000}, "0.0000166667": {16_666_700, 1000},
		"0.0000000000025": {2500, 1_000_000},
	} {
		m, per, err := money(decimal.RequireFromString(text), "USD")
		if err != nil || m.Nanos() != want.nanos || per != want.per {
			t.Errorf("%s: %s for %d, %v", text, m, per, err)
		}
	}
}

// TestRun starts and ends a keeper with a source of each kind.
func TestRun(t *testing.T) {
	c := timeline.NewClock(start)
	s := shared(c)
	s.sources = append(s.sources, providers.PriceSource{Name: "own", Every: time.Hour}, providers.PriceSource{Name: "file", Key: "file", Every: time.Hour, Local: true})
	book := &tariff.Book{}
	k := New(Options{Store: bolttest.New(t), Accounts: []Account{{"a", "ec2", s}, {"b", "ec2", s}}, Book: book, Holder: "one", Clock: c, Limits: Limits{Look: time.Millisecond}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- k.Run(ctx) }()
	for n := 0; n < 4; time.Sleep(time.Millisecond) {
		n = 0
		all, _ := book.Entries()
		for _, e := range all {
			if e.Tariff != nil {
				n++
			}
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	want := "ec2 account a own, ec2 account b own, ec2 list, file"
	if got := strings.Join(k.Names(), ", "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
