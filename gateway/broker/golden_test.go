package broker_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"occigate/gateway/broker"
	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/ratecard"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// golden is testdata/golden.yaml.
type golden struct {
	Now      time.Time         `yaml:"now"`
	Rates    string            `yaml:"rates"`
	Cards    map[string]string `yaml:"cards"`
	Accounts []goldenAccount   `yaml:"accounts"`
	Quotes   []goldenQuote     `yaml:"quotes"`
}

type goldenAccount struct {
	UID, Cloud, Region  string
	Latitude, Longitude *float64
	Images              []string
	Default             *string
	Sizes               []struct {
		ID           string
		Cores, MHz   int
		Memory, Disk float64 // GiB
		Arch         []providers.Architecture
	}
}

type goldenQuote struct {
	Name      string
	Wish      goldenWish
	Want      yaml.Node // a mapping whose order counts
	Not       map[broker.Reason]int
	Obstacles map[string]broker.Reason
}

type goldenWish struct {
	Cores                                int
	Memory                               float64
	Disk, Hours, Egress, Addresses, Best int64
	Accounts, Clouds, Regions            []string
	NotAccounts                          []string `yaml:"not_accounts"`
	OS, Arch, Image, Tenancy, Cap        string
	Currency                             tariff.Currency
	Category                             tariff.Category
	Near                                 []float64
}

func readGolden(t testing.TB) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := yaml.Load(text, &g, yaml.WithKnownFields(), yaml.WithUniqueKeys()); err != nil {
		t.Fatal(err)
	}
	return g
}

// market compiles the accounts and cards.
func (g golden) market(t testing.TB) (*broker.Market, broker.Situation) {
	t.Helper()
	rates, err := fx.Parse("rates.csv", []byte(g.Rates), g.Now)
	if err != nil {
		t.Fatal(err)
	}
	var book tariff.Book
	for name, text := range g.Cards {
		card, err := ratecard.Parse(name+".yaml", []byte(text), g.Now)
		if err != nil {
			t.Fatal(err)
		}
		book.Put(card)
	}
	var accounts []broker.Account
	for _, a := range g.Accounts {
		accounts = append(accounts, a.account())
	}
	entries, _ := book.Entries()
	return broker.Compile(accounts, entries, g.Now), broker.Situation{Now: g.Now, Rates: rates}
}

func (a goldenAccount) account() broker.Account {
	out := broker.Account{UID: a.UID, Name: strings.ToUpper(a.UID), Cloud: a.Cloud, Region: a.Region, Default: a.Default}
	if a.Latitude != nil {
		out.Location = &geo.Point{Latitude: *a.Latitude, Longitude: *a.Longitude}
	}
	for _, s := range a.Sizes {
		out.Sizes = append(out.Sizes, providers.Size{
			ID: s.ID, Name: s.ID, Cores: s.Cores, SpeedMHz: s.MHz, MemoryMiB: int(s.Memory * 1024), DiskGiB: s.Disk, Architectures: s.Arch,
		})
	}
	for _, name := range a.Images {
		image := providers.Image{ID: name, Name: name, State: providers.ImageReady}
		for _, arch := range []providers.Architecture{providers.X64, providers.X86} {
			if rest, found := strings.CutSuffix(name, " "+string(arch)); found {
				image.Name, image.Architecture = rest, arch
			}
		}
		out.Images = append(out.Images, image)
	}
	return out
}

func (w goldenWish) wish(t testing.TB) broker.Wish {
	t.Helper()
	out := broker.Wish{
		Cores: w.Cores, MemoryMiB: int64(w.Memory * 1024), DiskGiB: w.Disk, Hours: w.Hours, EgressGB: w.Egress, Addresses: w.Addresses,
		Accounts: w.Accounts, NotAccounts: w.NotAccounts, Clouds: w.Clouds, Regions: w.Regions, OS: w.OS, Image: w.Image, Tenancy: w.Tenancy,
		Architecture: providers.Architecture(w.Arch), Currency: w.Currency, Category: w.Category, Best: int(w.Best),
	}
	if len(w.Near) == 3 {
		out.Near = &geo.Circle{Centre: geo.Point{Latitude: w.Near[0], Longitude: w.Near[1]}, Radius: int(w.Near[2])}
	}
	if w.Cap != "" {
		amount, currency, _ := strings.Cut(w.Cap, " ")
		most, err := tariff.ParseMoney(amount, tariff.Currency(currency))
		if err != nil {
			t.Fatal(err)
		}
		out.MostAnHour = most
	}
	return out
}

func TestGoldenQuotes(t *testing.T) {
	g := readGolden(t)
	if len(g.Quotes) < 40 {
		t.Errorf("only %d quotes", len(g.Quotes))
	}
	market, situation := g.market(t)
	for _, c := range g.Quotes {
		t.Run(c.Name, func(t *testing.T) {
			s := situation
			s.Obstacles = map[string]broker.Obstacle{}
			for uid, reason := range c.Obstacles {
				s.Obstacles[uid] = broker.Obstacle{Reason: reason}
			}
			q, err := market.Quote(c.Wish.wish(t), s)
			if err != nil {
				t.Fatal(err)
			}
			c.compare(t, q)
		})
	}
}

// compare holds a quote to what was worked out by hand.
func (c goldenQuote) compare(t *testing.T, q *broker.Quote) {
	var want, got []string
	for i := 0; i+1 < len(c.Want.Content); i += 2 {
		r := reckon(t, c.Want.Content[i+1].Value, q.Wish)
		want = append(want, fmt.Sprintf("%s: %s, %s an hour", c.Want.Content[i].Value, r.month, r.hour))
	}
	for i := range q.Candidates {
		x := &q.Candidates[i]
		name := strings.Join(strings.Fields(strings.Join([]string{x.Account, x.Size.ID, x.Zone, string(x.Term), string(x.Upfront)}, " ")), " ")
		got = append(got, fmt.Sprintf("%s: %s, %s an hour", name, x.Month, x.Hour))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
	not := map[broker.Reason]int{}
	for _, n := range q.Rejected {
		if _, told := c.Not[n.Reason]; told || n.Reason != broker.ReasonPolicy {
			not[n.Reason] = n.Count
		}
	}
	if diff := cmp.Diff(c.Not, not); diff != "" && len(c.Not)+len(not) > 0 {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
}

// reckoned is what a line of arithmetic comes to.
type reckoned struct{ month, hour tariff.Money }

// line is "EXPRESSION = EXACT -> SHOWN CURRENCY, SHOWN an hour", of which the exact
// value and the hour may be left out.
var line = regexp.MustCompile(`^(.*?)(?: = ([0-9.]+))? -> ([0-9.]+) ([A-Z]{3})(?:, ([0-9.]+) an hour)?$`)

// reckon works a line out and holds it to its own figures.
func reckon(t *testing.T, text string, w broker.Wish) reckoned {
	t.Helper()
	m := line.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%q is no line of arithmetic", text)
	}
	e, err := parser.ParseExpr(m[1])
	if err != nil {
		t.Fatalf("%s: %v", m[1], err)
	}
	exact, currency := value(t, e), tariff.Currency(m[4])
	if stated, _ := new(big.Rat).SetString(m[2]); m[2] != "" && stated.Cmp(exact) != 0 {
		t.Errorf("%s is %s, not %s", m[1], exact.FloatString(12), m[2])
	}
	hourly := new(big.Rat).Quo(exact, big.NewRat(w.Hours, 1))
	r := reckoned{rounded(exact, currency.Digits(), currency), rounded(hourly, currency.Digits()+4, currency)}
	if shown := money(t, m[3], currency); shown != r.month {
		t.Errorf("%s comes to %s, not %s", m[1], r.month, shown)
	}
	if m[5] != "" && money(t, m[5], currency) != r.hour {
		t.Errorf("%s comes to %s an hour, not %s", m[1], r.hour, m[5])
	}
	return r
}

func money(t *testing.T, text string, c tariff.Currency) tariff.Money {
	t.Helper()
	m, err := tariff.ParseMoney(text, c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// rounded rounds half to even, in another way than the package.
func rounded(r *big.Rat, decimals int, c tariff.Currency) tariff.Money {
	step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
	steps := new(big.Rat).Quo(r, step)
	floor := new(big.Int).Div(steps.Num(), steps.Denom())
	rest := new(big.Rat).Sub(steps, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	nanos := step.Mul(step, new(big.Rat).SetInt(floor))
	nanos.Mul(nanos, big.NewRat(1_000_000_000, 1))
	return tariff.Nanos(nanos.Num().Int64(), c)
}

// value evaluates +, -, *, /, min and numbers exactly.
func value(t *testing.T, e ast.Expr) *big.Rat {
	t.Helper()
	switch e := e.(type) {
	case *ast.BasicLit:
		r, ok := new(big.Rat).SetString(e.Value)
		if ok {
			return r
		}
	case *ast.ParenExpr:
		return value(t, e.X)
	case *ast.CallExpr:
		a, b := value(t, e.Args[0]), value(t, e.Args[1])
		if a.Cmp(b) > 0 {
			return b
		}
		return a
	case *ast.BinaryExpr:
		a, b := value(t, e.X), value(t, e.Y)
		switch e.Op {
		case token.ADD:
			return a.Add(a, b)
		case token.SUB:
			return a.Sub(a, b)
		case token.MUL:
			return a.Mul(a, b)
		case token.QUO:
			return a.Quo(a, b)
		}
	}
	t.Fatalf("%T is no arithmetic", e)
	return nil
}
