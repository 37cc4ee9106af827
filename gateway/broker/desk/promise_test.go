package desk_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// shop is a desk over one card, whose price and time can be changed.
type shop struct {
	*desk.Desk
	now  time.Time
	held *holdings
}

func openShop(t *testing.T, price, key string) *shop {
	t.Helper()
	path := filepath.Join(t.TempDir(), "card.yaml")
	if err := os.WriteFile(path, []byte(card(price)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &shop{now: day, held: &holdings{accounts: []inventory.Status{sound("lab"), sound("works")}}}
	s.Desk = open(t, desk.Options{
		Holdings: s.held, Cards: []string{path}, Key: []byte(key), Life: 10 * time.Minute, Now: func() time.Time { return s.now },
	})
	return s
}

func (s *shop) promise(t *testing.T, w broker.Wish) (*desk.Promise, string) {
	t.Helper()
	q, err := s.Quote(w)
	if err != nil {
		t.Fatal(err)
	}
	p, id, err := s.Promise(q)
	if err != nil {
		t.Fatal(err)
	}
	return p, id
}

// TestPromise signs a quote on one gateway and reads it on another that has the
// same key.
func TestPromise(t *testing.T) {
	here, there := openShop(t, "0.01", "one key of all"), openShop(t, "0.01", "one key of all")
	// 730 h x 0.01 + 10 GiB x 0.073 + 730 h x 0.002 = 7.30 + 0.73 + 1.46
	p, id := here.promise(t, broker.Wish{DiskGiB: 10, Addresses: 1, MostAnHour: tariff.Nanos(20_000_000, tariff.EUR)})
	if len(p.Offers) != 2 || p.Offers[0].Month.String() != "9.49 EUR" || p.Offers[0].Hour.String() != "0.013 EUR" || p.Offers[0].Account != "lab" {
		t.Errorf("%+v", p.Offers)
	}
	got, standings, err := there.Redeem(id, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, got, exactly); diff != "" {
		t.Error(diff)
	}
	for i, s := range standings {
		if s.Reason != "" || s.Offer != p.Offers[i] || s.Now == nil {
			t.Errorf("%+v does not hold", s)
		}
	}
}

// TestForgedPromises changes every byte of an id.
func TestForgedPromises(t *testing.T) {
	s := openShop(t, "0.01", "one key")
	_, id := s.promise(t, broker.Wish{})
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		raw[i] ^= 1
		if _, err := s.Verify(base64.RawURLEncoding.EncodeToString(raw)); !errors.Is(err, desk.ErrNoQuote) {
			t.Errorf("byte %d of %d can be changed: %v", i, len(raw), err)
		}
		raw[i] ^= 1
	}
	for _, forged := range []string{"", "x", "...", id[:len(id)-4], id + "AAAA"} {
		if _, err := s.Verify(forged); !errors.Is(err, desk.ErrNoQuote) || !errors.Is(err, providers.ErrNotFound) {
			t.Errorf("%q: %v", forged, err)
		}
	}
	if _, err := openShop(t, "0.01", "another key").Verify(id); !errors.Is(err, desk.ErrNoQuote) {
		t.Errorf("another key takes it: %v", err)
	}
	if _, err := openShop(t, "0.01", "").Verify(id); !errors.Is(err, desk.ErrNoQuote) {
		t.Errorf("a key of its own takes it: %v", err)
	}
}

func TestPromisesExpire(t *testing.T) {
	s := openShop(t, "0.01", "one key")
	p, id := s.promise(t, broker.Wish{})
	if !p.Expires.Equal(day.Add(10 * time.Minute)) {
		t.Errorf("expires at %s", p.Expires)
	}
	s.now = p.Expires.Add(-time.Second)
	if _, err := s.Verify(id); err != nil {
		t.Error(err)
	}
	s.now = p.Expires
	if _, _, err := s.Redeem(id, ""); !errors.Is(err, desk.ErrExpired) {
		t.Errorf("a second too late: %v", err)
	}
}

// TestWhatHolds redeems a quote after prices, clouds and catalogues have changed.
func TestWhatHolds(t *testing.T) {
	const key = "one key of all"
	_, id := openShop(t, "0.01", key).promise(t, broker.Wish{})
	for _, c := range []struct {
		name, price string
		change      func(*shop)
		want        broker.Reason
		text        string
	}{
		{"the same", "0.01", func(*shop) {}, "", ""},
		{"cheaper", "0.009", func(*shop) {}, "", ""},
		{"dearer", "0.0101", func(*shop) {}, broker.ReasonPriceCap, "costs 7.37 EUR a month now, quoted were 7.3 EUR"},
		{"the cloud is away", "0.01", func(s *shop) {
			s.held.accounts[0].Kind, s.held.accounts[0].Problem = providers.ErrUnavailable, "503"
		}, broker.ReasonBreaker, "the cloud does not answer as it should: 503"},
		{"the account is gone", "0.01", func(s *shop) { s.held.accounts = s.held.accounts[1:] }, broker.ReasonCapability, "does not offer the size any more"},
	} {
		s := openShop(t, c.price, key)
		c.change(s)
		_, all, err := s.Redeem(id, "")
		if err != nil || len(all) != 2 {
			t.Fatalf("%s: %+v, %v", c.name, all, err)
		}
		if all[0].Reason != c.want || !strings.Contains(all[0].Text, c.text) {
			t.Errorf("%s: %q, %q", c.name, all[0].Reason, all[0].Text)
		}
	}
}

// TestAQuoteIsRedeemedWithAnImage takes a quote that names no image, so that it is for
// the account's default, for a machine of that, of an image that costs more, and of
// one whose price nobody knows.
func TestAQuoteIsRedeemedWithAnImage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card.yaml")
	text := card("0.01") + "  - {meter: image, size: rhel, unit: Hours, price: 0.03}\n  - {meter: image, size: free, unit: Hours, price: 0, zero: free}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lab, image := sound("lab"), "free"
	lab.Default = &image
	d := open(t, desk.Options{Holdings: &holdings{accounts: []inventory.Status{lab}}, Cards: []string{path}, Life: time.Hour})
	q, err := d.Quote(broker.Wish{Hours: 100})
	if err != nil {
		t.Fatal(err)
	}
	_, id, err := d.Promise(q)
	if err != nil {
		t.Fatal(err)
	}
	for image, want := range map[string]broker.Reason{
		"": "", "free": "", "rhel": broker.ReasonPriceCap, "other": broker.ReasonNoImagePrice,
	} {
		_, all, err := d.Redeem(id, image)
		if err != nil || len(all) != 1 || all[0].Reason != want {
			t.Errorf("%q: %+v, %v, want %q", image, all, err, want)
		}
	}
}
