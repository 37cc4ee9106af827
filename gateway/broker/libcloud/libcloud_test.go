package libcloud

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/broker/tariff"
)

// small has every form that the file has.
const small = `{
	"compute": {
		"ec2_linux": {"t3.micro": {"us-east-1": 0.0104, "eu-west-1": 0.0, "eu-north-1": 5e-05}, "a1.metal": {}},
		"ec2_windows": {"t3.micro": {"us-east-1": 0.0196}},
		"elastichosts": {"small": 0.1, "large": 0.0},
		"osc_inc_eu_west_1": {"c1.medium": "0.230"},
		"odd": {"tiny": 0.00000000001},
		"gce_instances": {"c2": {"cpu": {"on_demand": {"asia-east1": {"price": 0.039}}}}}
	},
	"storage": {},
	"updated": 1636233182
}`

func TestParse(t *testing.T) {
	got, err := Parse("pricing.json", []byte(small), tariff.USD)
	if err != nil {
		t.Fatal(err)
	}
	var prices []string
	for _, x := range got.Tariffs {
		if !x.ObservedAt().Equal(time.Unix(1636233182, 0)) || x.Source().Digest == "" {
			t.Errorf("%s: observed %s", x.Name(), x.ObservedAt())
		}
		for _, p := range x.Prices() {
			prices = append(prices, strings.Join(strings.Fields(x.Scope().Provider+" "+x.Scope().Region+" "+p.Size+" "+p.OS+" "+p.ListUnitPrice.String()), " "))
		}
	}
	want := []string{
		"ec2 eu-north-1 t3.micro linux 0.00005 USD", "ec2 us-east-1 t3.micro linux 0.0104 USD", "ec2 us-east-1 t3.micro windows 0.0196 USD",
		"elastichosts small 0.1 USD", "osc_inc_eu_west_1 c1.medium 0.23 USD",
	}
	if diff := cmp.Diff(want, prices); diff != "" {
		t.Error(diff)
	}
	if got.Rows != 8 || got.Zeros != 2 {
		t.Errorf("%d rows, %d zeros", got.Rows, got.Zeros)
	}
	var places []string
	for _, m := range got.Missing {
		places = append(places, m.Place)
	}
	if diff := cmp.Diff([]string{
		"/compute/ec2_linux/a1.metal", "/compute/ec2_linux/t3.micro/eu-west-1", "/compute/elastichosts/large", "/compute/odd/tiny",
	}, places); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"gce_instances"}, got.Skipped); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsRefused(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`0.0104`, `-0.0104`, "pricing.json: /compute/ec2_linux/t3.micro/us-east-1: -0.0104 is negative"},
		{`"0.230"`, `"cheap"`, "pricing.json: /compute/osc_inc_eu_west_1/c1.medium: cheap is no price"},
		{`0.1,`, `true,`, "/compute/elastichosts/small: true is no price"},
		{`0.1,`, `null,`, "/compute/elastichosts/small"},
		{`"updated": 1636233182`, `"updated": 0`, "it is no price file"},
		{`"compute": {`, `"compute": [`, "pricing.json: byte"},
		{`{"small": 0.1, "large": 0.0}`, `[]`, "/compute/elastichosts: here should be sizes"},
	} {
		_, err := Parse("pricing.json", []byte(strings.Replace(small, c.from, c.to, 1)), tariff.USD)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.to, err, c.want)
		}
	}
	if _, err := Parse("pricing.json", []byte(small), "ECU"); err == nil {
		t.Error("a currency that is none is taken")
	}
	if _, err := Load("/nowhere/pricing.json", tariff.USD); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestDebian reads the file of Debian's package python3-libcloud, which the set-up
// of the tests installs: every row of it is a price or reported.
func TestDebian(t *testing.T) {
	const file = "/usr/lib/python3/dist-packages/libcloud/data/pricing.json"
	got, err := Load(file, tariff.USD)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not installed: make test-setup does", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	prices, zero := 0, 0
	for _, x := range got.Tariffs {
		for _, p := range x.Prices() {
			prices++
			if p.UnitPrice().IsZero() {
				t.Errorf("%s: %s is free", x.Name(), p.Size)
			}
		}
	}
	for _, m := range got.Missing {
		if strings.HasPrefix(m.Why, "zero") {
			zero++
		}
	}
	if got.Rows < 10_000 || zero != got.Zeros || zero == 0 || prices+zero != got.Rows {
		t.Errorf("%d rows, %d prices, %d zeros of which %d are listed", got.Rows, prices, got.Zeros, zero)
	}
	t.Logf("%d rows, %d zeros, %d sizes or rows left out, %d tariffs, skipped %v", got.Rows, got.Zeros, len(got.Missing), len(got.Tariffs), got.Skipped)
}
