package desk_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// exactly compares what has unexported fields by value.
var exactly = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b tariff.Money) bool { return a == b })}

func TestReadWish(t *testing.T) {
	got, err := desk.ReadWish([]byte(`{
		"cores": 2, "memory": 0.5, "disk": 40, "architecture": "x64", "image": "debian 12", "hours": 200, "egress": 7, "addresses": 1,
		"clouds": ["ec2"], "not_accounts": ["lab"], "regions": ["eu-west-1"],
		"near": {"centre": {"latitude": 53.3, "longitude": -6.2}, "radius_km": 100},
		"max_price_hour": 0.123456789, "category": "Dynamic", "currency": "USD"}`), tariff.EUR)
	if err != nil {
		t.Fatal(err)
	}
	want := broker.Wish{
		Cores: 2, MemoryMiB: 512, DiskGiB: 40, Architecture: providers.X64, Image: "debian 12", Hours: 200, EgressGB: 7, Addresses: 1,
		Clouds: []string{"ec2"}, NotAccounts: []string{"lab"}, Regions: []string{"eu-west-1"},
		Near:       &geo.Circle{Centre: geo.Point{Latitude: 53.3, Longitude: -6.2}, Radius: 100},
		MostAnHour: tariff.Nanos(123_456_789, tariff.USD), Category: tariff.Dynamic, Currency: tariff.USD,
	}
	if diff := cmp.Diff(want, got, exactly); diff != "" {
		t.Error(diff)
	}
	if got, err = desk.ReadWish([]byte("{}"), tariff.GBP); err != nil || got.Currency != tariff.GBP {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestBadWishes holds that each is refused with its place and the reason.
func TestBadWishes(t *testing.T) {
	for text, want := range map[string]string{
		``:                                 "the body: is empty",
		`[]`:                               "the body: want an object",
		`{"cores": 2`:                      "byte 11: unexpected EOF",
		`{"cores": 2} {}`:                  "byte 13: ",
		`{"cores": 1, "cores": 2}`:         "byte 13: duplicate",
		`{"coers": 2}`:                     "/coers: there is no such member, known are accounts, addresses, ",
		`{"Cores": 2}`:                     "/Cores: there is no such member",
		`{"cores": 1.5}`:                   "/cores: want a whole number",
		`{"cores": 1e2}`:                   "/cores: want a whole number",
		`{"cores": "2"}`:                   "/cores: want a whole number",
		`{"cores": -1}`:                    "/cores: must be from 0 to 1048576",
		`{"hours": 99999999999999999999}`:  "/hours: want a whole number",
		`{"memory": "4"}`:                  "/memory: want a number",
		`{"memory": -1}`:                   "/memory: -1 GiB is not between 0 and",
		`{"memory": 1e3}`:                  "/memory: 1e3 is no plain number of GiB",
		`{"memory": 1e999999999}`:          "/memory: 1e999999999 is no plain number",
		`{"memory": 0.1}`:                  "/memory: 0.1 GiB is no whole number of MiB",
		`{"clouds": "ec2"}`:                "/clouds: want a list of texts",
		`{"clouds": ["ec2", 5]}`:           "/clouds/1: want a text",
		`{"near": {"latitude": 5}}`:        "/near/latitude: there is no such member, known are centre",
		`{"near": 5}`:                      "/near: want an object",
		`{"currency": "eur"}`:              `/currency: "eur" is no currency`,
		`{"max_price_hour": 1e-3}`:         `/max_price_hour: "1e-3" is no decimal number`,
		`{"max_price_hour": 0.0000000001}`: "/max_price_hour: 0.0000000001 has more than 9 decimals",
	} {
		_, err := desk.ReadWish([]byte(text), tariff.EUR)
		if !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestWishesComeBack writes wishes of all sorts and reads them again.
func TestWishesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := broker.Wish{
			Cores: rapid.IntRange(0, 1<<20).Draw(t, "cores"), MemoryMiB: rapid.Int64Range(0, 1<<30).Draw(t, "memory"),
			DiskGiB: rapid.Int64().Draw(t, "disk"), Image: rapid.String().Draw(t, "image"), OS: "windows",
			Regions: rapid.SliceOf(rapid.String()).Draw(t, "regions"), Category: tariff.Committed, Currency: tariff.USD,
		}
		if rapid.Bool().Draw(t, "capped") {
			w.MostAnHour = tariff.Nanos(rapid.Int64Min(0).Draw(t, "cap"), tariff.USD)
		}
		text, err := desk.WriteWish(&w)
		if err != nil {
			t.Fatal(err)
		}
		got, err := desk.ReadWish(text, tariff.EUR)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(w, got, exactly); diff != "" {
			t.Fatal(diff)
		}
	})
}
