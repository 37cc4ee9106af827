package e2e

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// says runs a command that must print certain things, in this order.
func (p *Program) says(t *testing.T, command string, parts ...string) string {
	t.Helper()
	out, err := run(t, nil, append(strings.Fields(command), "--url", p.URL)...)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	rest := out
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		if !found {
			t.Errorf("%s does not say %q, or not in its place:\n%s", command, part, out)
		}
		rest = after
	}
	if strings.Contains(out, "\x1b") {
		t.Errorf("%s prints colours into a file", command)
	}
	return out
}

// TestPriceCommands asks a running gateway in the terminal what its users ask.
func TestPriceCommands(t *testing.T) {
	p := startQuotes(t)
	p.says(t, "prices", "TARIFF", "samples/ec2.yaml (sample)", "2026-01-01", "samples/openstack.yaml (sample)", "Exchange rates of 2026-01-02", "(sample)")
	p.says(t, "prices --cloud ec2 --region eu-west-1 --size t3.micro", "Compute Usage", "t3.micro", "0.0114 USD", "windows", "0.0206 USD")
	p.says(t, "prices --cloud openstack --meter CPU", "CLOUD")
	p.says(t, "quote --cores 2 --memory 4096MiB --disk 40GiB --egress 50 --addresses 1",
		"m1.medium", "0.038288 EUR", "27.95 EUR", "(sample)", "t3.medium", "36.78 EUR", "14 can be compared; rejected: 9 capability, 3 architecture, 2 no_price",
		"The first before the second: 8.83 EUR a month less", "/quotes/")
	p.says(t, "quote --cloud ec2 --max-price-hour 0.01 --currency USD --all", "t3.nano", "0.006664 USD", "4.86 USD", "price_cap") // 730 x 0.0057 + 8 GiB of the image x 0.088 = 4.865
	p.says(t, "quote --near 53,-6,200", "amazon", "15 can be compared", "6 region")                                               // Dublin, not Berlin
	p.says(t, "cost --currency USD", "amazon", "USD (sample)", "private", "all", "unknown: Compute Usage of /compute/")
	for command, column := range map[string]string{
		"prices -o csv": "ListUnitPrice", "quote --cores 2 -o csv": "SkuPriceId", "cost -o csv": "ResourceId",
	} {
		rows, err := csv.NewReader(strings.NewReader(p.says(t, command))).ReadAll()
		if err != nil || len(rows) < 10 || !slices.Contains(rows[0], column) {
			t.Errorf("%s: %d rows, %v", command, len(rows), err)
		}
	}
	for command, member := range map[string]string{
		"prices -o json": "tariffs", "prices --cloud ec2 -o json": "prices", "quote --cores 2 -o json": "candidates", "cost -o json": "total",
	} {
		var doc map[string]json.RawMessage
		if err := json.Unmarshal([]byte(p.says(t, command)), &doc); err != nil || doc[member] == nil {
			t.Errorf("%s: no %s, %v", command, member, err)
		}
	}
	for command, want := range map[string]string{
		"quote --memory 4x":              `--memory: "4x" is no size`,
		"quote --near 1,2":               "--near: want LATITUDE,LONGITUDE,KM",
		"quote --hours 9999":             "hours must be from 0 to 744, not 9999",
		"quote -o xml":                   "--output: want table, json or csv",
		"cost --currency euro":           `"euro" is no currency`,
		"cost extra":                     "unknown command",
		"prices --url ftp: --number one": "invalid argument",
	} {
		if out, err := run(t, nil, append(strings.Fields(command), "--url", p.URL)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s\n%s", command, err, want, out)
		}
	}
	p.Must(t, 405, "POST", "/prices", "")
	p.Must(t, 405, "DELETE", "/tariffs", "")
	p.Must(t, 406, "GET", "/tariffs", "", "Accept", "text/csv")
}

// TestCommandsWithoutAGateway ask where nobody answers.
func TestCommandsWithoutAGateway(t *testing.T) {
	for _, command := range []string{"quote", "cost", "prices"} {
		if _, err := run(t, nil, command, "--url", "http://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "is a gateway running there?") {
			t.Errorf("%s: %v", command, err)
		}
	}
	if _, err := run(t, nil, "cost", "--url", "here"); err == nil || !strings.Contains(err.Error(), "--url: want one such as") {
		t.Error(err)
	}
}

// TestPricesCheck reads good and bad rate cards without a gateway.
func TestPricesCheck(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml")
	priceCard(t, good, "0.01")
	if out, err := run(t, nil, "prices", "check", good); err != nil || out != good+": good, 3 prices of openstack, said on 2026-11-01\n" {
		t.Errorf("%q, %v", out, err)
	}
	if err := os.WriteFile(bad, []byte("provider: openstack\ncurrency: EUR\nobserved: 2026-11-01\nprices:\n"+
		"  - {meter: compute, size: a, unit: Hours, prise: 1}\n  - {meter: compute, size: b, unit: Hours, price: -1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, nil, "prices", "check", good, bad, filepath.Join(dir, "none.csv"))
	if err == nil || err.Error() != "2 of 3 rate cards cannot be used" {
		t.Errorf("%v", err)
	}
	for _, want := range []string{good + ": good", bad + ":5: prise: is no key here", bad + ":6: price: is negative: -1 EUR", "none.csv: no such file"} {
		if !strings.Contains(out, want) {
			t.Errorf("does not say %q:\n%s", want, out)
		}
	}
}

// TestPricesImport makes rate cards of a small file in Libcloud's form: what is 0.0
// there is missing and in no card.
func TestPricesImport(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pricing.json")
	text := `{"compute": {"ec2_linux": {"t3.micro": {"eu-west-1": 0.0114, "us-east-1": 0.0104}, "t3.nano": {"eu-west-1": 0.0}}}, "storage": {}, "updated": 1700000000}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, nil, "prices", "import", "libcloud", path, "--to", dir, "--missing")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"missing: /compute/ec2_linux/t3.nano/eu-west-1: ", "3 rows; 1 without a price, of which 1 are 0.0"} {
		if !strings.Contains(out, want) {
			t.Errorf("does not say %q:\n%s", want, out)
		}
	}
	cards, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(cards) != 2 {
		t.Fatalf("%v, %v", cards, err)
	}
	if out, err := run(t, nil, append([]string{"prices", "check"}, cards...)...); err != nil || strings.Count(out, ": good, 1 prices of ec2, said on 2023-11-14") != 2 {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := run(t, nil, "prices", "import", "libcloud", cards[0]); err == nil {
		t.Error("a rate card was taken for a price file of Libcloud")
	}
}
