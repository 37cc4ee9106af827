package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// figure reads one of a source's figures at /metrics, -1 when there is none.
func (p *Program) figure(t *testing.T, name, source string) int64 {
	t.Helper()
	line := regexp.MustCompile(`(?m)^occigate_price_source_` + name + `\{source="` + regexp.QuoteMeta(source) + `"\} (\S+)$`)
	m := line.FindStringSubmatch(p.Must(t, 200, "GET", "/metrics", "").Body)
	if m == nil {
		return -1
	}
	value, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(value)
}

// TestPriceFigures breaks a rate card and repairs it: the figures tell that, and its
// prices do not look younger by it.
func TestPriceFigures(t *testing.T) {
	dir := t.TempDir()
	card, rates := filepath.Join(dir, "card.yaml"), filepath.Join(dir, "rates.csv")
	priceCard(t, card, "0.0159")
	if err := os.WriteFile(rates, []byte("#base,EUR\n#date,2026-01-02\ncurrency,rate\nUSD,1.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := serve(t, under(t, "prices: {rate_cards: ['"+card+"'], exchange_rates: '"+rates+"', look: 20ms}\n", newSky(t, "north")))
	age := p.figure(t, "age_seconds", card)
	if prices := p.figure(t, "prices", card); age < 86400 || prices < 1 || p.figure(t, "failing", card) != 0 || p.figure(t, "failures_total", card) != 0 {
		t.Errorf("%d prices of %d s ago", prices, age)
	}
	if old := p.figure(t, "age_seconds", "exchange rates"); old < 86400 || p.figure(t, "failing", "exchange rates") != 0 {
		t.Errorf("rates of %d s ago", old)
	}
	good, err := os.ReadFile(card)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(card, []byte("prise: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Eventually(t, "failing", func() bool { return p.figure(t, "failing", card) == 1 })
	if p.figure(t, "failures_total", card) < 1 || p.figure(t, "age_seconds", card) < age || p.figure(t, "prices", card) < 1 {
		t.Error("a failure hides what is known, or makes it younger")
	}
	if err := os.WriteFile(card, good, 0o600); err != nil {
		t.Fatal(err)
	}
	p.Eventually(t, "good again", func() bool { return p.figure(t, "failing", card) == 0 })
	if p.figure(t, "failures_total", card) < 1 {
		t.Error("a failure is forgotten")
	}
}
