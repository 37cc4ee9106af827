package pricelist

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"occigate/providers"
	"occigate/test/cloudsim/awsprices"
)

var wanted = Wanted{Region: "us-east-1", VolumeType: "gp3"}

func written(t *testing.T, l awsprices.List) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := l.Write(&text); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func read(t *testing.T, l awsprices.List, want Wanted) List {
	t.Helper()
	list, err := Read(bytes.NewReader(written(t, l)), want)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// shown is a price in one line.
func shown(p providers.Price) string {
	words := []string{string(p.Of), p.Item, p.OS, p.Tenancy, string(p.Category), p.Upfront, p.Amount.String(), p.Currency, p.Unit, p.Zero}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func TestInstances(t *testing.T) {
	list := read(t, awsprices.List{Types: 2, Reserved: true}, wanted)
	var got []string
	for _, p := range list.Prices {
		if p.Of == providers.PricedServer {
			got = append(got, shown(p))
		}
	}
	// The first type costs 0.0052 with Linux, the second twice as much; dedicated
	// is a tenth more; the licences are 0.0288, 0.01 and 0.0046.
	want := []string{
		"server t3.micro linux Standard 0.0104 USD Hours", "server t3.micro linux dedicated Standard 0.0114 USD Hours",
		"server t3.micro rhel Standard 0.0392 USD Hours", "server t3.micro rhel dedicated Standard 0.0402 USD Hours",
		"server t3.micro suse Standard 0.0204 USD Hours", "server t3.micro suse dedicated Standard 0.0214 USD Hours",
		"server t3.micro windows Standard 0.015 USD Hours", "server t3.micro windows dedicated Standard 0.016 USD Hours",
		"server t3.nano linux Standard 0.0052 USD Hours", "server t3.nano linux dedicated Standard 0.0057 USD Hours",
		"server t3.nano rhel Standard 0.034 USD Hours", "server t3.nano rhel dedicated Standard 0.0345 USD Hours",
		"server t3.nano suse Standard 0.0152 USD Hours", "server t3.nano suse dedicated Standard 0.0157 USD Hours",
		"server t3.nano windows Standard 0.0098 USD Hours", "server t3.nano windows dedicated Standard 0.0103 USD Hours",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p := list.Prices[0]
	if p.Granularity != 1 || p.Minimum != 60 || !p.ValidFrom.Equal(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) || p.SKU == "" || !strings.HasPrefix(p.PriceID, p.SKU+".") {
		t.Errorf("%+v", p)
	}
	if list.Offer != "AmazonEC2" || len(list.Digest) != 64 || list.Published.Year() != 2026 || list.Missing != 0 {
		t.Errorf("%s, digest %q, of %s, %d missing", list.Offer, list.Digest, list.Published, list.Missing)
	}
}

func TestReservedInstances(t *testing.T) {
	want := wanted
	want.Committed = true
	list := read(t, awsprices.List{Types: 1, Reserved: true}, want)
	n := 0
	for _, p := range list.Prices {
		if p.Category != providers.PriceCommitted || p.OS != "linux" || p.Tenancy != "" {
			continue
		}
		n++
		// 0.6 of the price on demand, 0.0031, times 8760 hours, for what is paid upfront.
		switch {
		case p.Years == 1 && p.Upfront == "all" && p.Zero == "paid upfront" && p.Amount.IsZero() && p.Fee.String() == "27.156":
		case p.Years == 1 && p.Upfront == "none" && p.Amount.String() == "0.0031" && p.Fee.IsZero():
		case p.Years == 3 || p.Upfront == "partial":
		default:
			t.Errorf("%+v", p)
		}
		if p.HoursPerMonth != 730 {
			t.Errorf("%+v", p)
		}
	}
	if n != 6 {
		t.Errorf("%d ways to reserve, want 6: one class, two terms, three ways to pay", n)
	}
}

func TestOtherThings(t *testing.T) {
	var got []string
	for _, l := range awsprices.Offers(awsprices.List{}) {
		list := read(t, l, wanted)
		for _, p := range list.Prices {
			got = append(got, shown(p))
		}
	}
	want := []string{
		"volume Standard 0.09 USD GiB-Months", "volume gp2 Standard 0.1 USD GiB-Months", "volume io1 Standard 0.08 USD GiB-Months",
		"volume sc1 Standard 0.06 USD GiB-Months", "volume st1 Standard 0.07 USD GiB-Months", "volume standard Standard 0.05 USD GiB-Months",
		"address Standard 0.005 USD Hours",
		"egress Standard 0 USD GiB free tier", "egress Standard 0.09 USD GiB", "egress Standard 0.085 USD GiB", "egress Standard 0.07 USD GiB",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestChina(t *testing.T) {
	list := read(t, awsprices.List{Types: 1, Region: "cn-north-1", Currency: "CNY"}, Wanted{Region: "cn-north-1"})
	if len(list.Prices) == 0 || list.Prices[0].Currency != "CNY" {
		t.Errorf("%+v", list)
	}
	if other := read(t, awsprices.List{Types: 1, Region: "cn-north-1"}, wanted); len(other.Prices) != 0 {
		t.Errorf("%d prices of another region", len(other.Prices))
	}
}

// TestDocuments holds that the API says the same as the file.
func TestDocuments(t *testing.T) {
	want := wanted
	want.Committed = true
	for _, l := range awsprices.Offers(awsprices.List{Types: 3, Reserved: true}) {
		docs := NewDocuments(want)
		for _, text := range l.Documents() {
			if err := docs.Add(text); err != nil {
				t.Fatal(err)
			}
		}
		got, file := docs.List(), read(t, l, want)
		if diff := cmp.Diff(file.Prices, got.Prices, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the file (-) and the API (+) differ:\n%s", l.Offer, diff)
		}
		if got.Offer != file.Offer || !got.Published.Equal(file.Published) || len(got.Digest) != 64 {
			t.Errorf("%s of %s, digest %q", got.Offer, got.Published, got.Digest)
		}
	}
}

// offer is a small list with one instance, changed.
func offer(t *testing.T, changes ...string) string {
	t.Helper()
	text := `{"offerCode":"AmazonEC2","publicationDate":"2026-11-01T00:00:00Z","products":{"A":{"sku":"A","productFamily":"Compute Instance",
		"attributes":{"regionCode":"us-east-1","instanceType":"t3.micro","tenancy":"Shared","operatingSystem":"Linux","operation":"RunInstances","capacitystatus":"Used"}}},
		"terms":{"OnDemand":{"A":{"A.B":{"effectiveDate":"2026-10-01T00:00:00Z","priceDimensions":{"A.B.C":{"rateCode":"A.B.C","unit":"Hrs","beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":"0.0104"}}}}}}}}`
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("%q is not in the list", changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return text
}

func TestWhatMakesNoSense(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`"0.0104"`, `"-0.0104"`, `"-0.0104" is no amount`},
		{`"0.0104"`, `"1e3"`, `"1e3" is no amount`},
		{`"0.0104"`, `"1.0.4"`, `is no amount`},
		{`"0.0104"`, `0.0104`, `"/terms/OnDemand/A/A.B/priceDimensions/A.B.C/pricePerUnit/USD": here should be a string`},
		{`{"USD":"0.0104"}`, `{"USD":"0.0104","CNY":"1"}`, `two currencies`},
		{`"Inf"`, `"many"`, `"many" is no whole number`},
		{`"2026-10-01T00:00:00Z"`, `"yesterday"`, `"yesterday" is no time`},
		{`"publicationDate":"2026-11-01T00:00:00Z",`, ``, `publicationDate is missing`},
		{`"products"`, `"goods"`, `the terms come before the products`},
		{`"sku":"A",`, ``, `/products/A": the product has no sku`},
		{`"attributes":{`, `"attributes":[`, `"/products/A/attributes": here should be an object`},
		{`{"A":{"sku"`, `["A":{"sku"`, `here should be an object`},
	} {
		_, err := Read(strings.NewReader(offer(t, c.from, c.to)), wanted)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "byte ") {
			t.Errorf("%s for %s: %v, want %s", c.to, c.from, err, c.want)
		}
	}
	if _, err := Read(strings.NewReader(offer(t)+"{}"), wanted); err == nil || !strings.Contains(err.Error(), "goes on behind its end") {
		t.Errorf("two documents: %v", err)
	}
	if _, err := Read(strings.NewReader("<html>"), wanted); err == nil || !strings.Contains(err.Error(), "no JSON") {
		t.Errorf("a page: %v", err)
	}
}

// TestWhatBreaksOff cuts a list at every place: no part of it is taken for all.
func TestWhatBreaksOff(t *testing.T) {
	text := offer(t)
	for n := range len(text) {
		if _, err := Read(strings.NewReader(text[:n]), wanted); err == nil || !strings.Contains(err.Error(), "breaks off") {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
	if _, err := Read(strings.NewReader(text[:len(text)-1]), wanted); err == nil {
		t.Error("without its last brace it is taken")
	}
}

func TestMissingIsNotFree(t *testing.T) {
	for name, changes := range map[string][]string{
		"zero":            {`"0.0104"`, `"0.0000000000"`},
		"nothing":         {`{"USD":"0.0104"}`, `{}`},
		"unknown unit":    {`"Hrs"`, `"Fortnights"`},
		"two that differ": {`{"A.B.C":{`, `{"A.B.D":{"rateCode":"A.B.D","unit":"Hrs","pricePerUnit":{"USD":"0.02"}},"A.B.C":{`},
	} {
		list, err := Read(strings.NewReader(offer(t, changes...)), wanted)
		if err != nil || len(list.Prices) != 0 || list.Missing != 1 {
			t.Errorf("%s: %d prices, %d missing, %v", name, len(list.Prices), list.Missing, err)
		}
	}
}

// TestPricesToCome holds that a price ends when the next one begins.
func TestPricesToCome(t *testing.T) {
	list, err := Read(strings.NewReader(offer(t, `{"A.B":{`, `{"A.X":{"effectiveDate":"2027-01-01T00:00:00Z",
		"priceDimensions":{"A.X.C":{"rateCode":"A.X.C","unit":"Hrs","pricePerUnit":{"USD":"0.02"}}}},"A.B":{`)), wanted)
	if err != nil || len(list.Prices) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	now, then := list.Prices[0], list.Prices[1]
	if now.Amount.String() != "0.0104" || !now.ValidTo.Equal(then.ValidFrom) || then.Amount.String() != "0.02" || !then.ValidTo.IsZero() {
		t.Errorf("%+v\n%+v", now, then)
	}
}

func TestIndexes(t *testing.T) {
	index := `{"formatVersion":"v1.0","offers":{"AmazonS3":{},"AmazonEC2":{"offerCode":"AmazonEC2","currentRegionIndexUrl":"/offers/v1.0/aws/AmazonEC2/current/region_index.json"}}}`
	path, err := Regional(strings.NewReader(index), "AmazonEC2")
	if err != nil || path != "/offers/v1.0/aws/AmazonEC2/current/region_index.json" {
		t.Errorf("%q, %v", path, err)
	}
	regions := `{"regions":{"us-east-1":{"regionCode":"us-east-1","currentVersionUrl":"/x/index.json"}}}`
	if path, err := Current(strings.NewReader(regions), "us-east-1"); err != nil || path != "/x/index.json" {
		t.Errorf("%q, %v", path, err)
	}
	for offer, want := range map[string]string{"AmazonVPC": "which are AmazonEC2, AmazonS3", "AmazonS3": "AmazonS3 has no currentRegionIndexUrl"} {
		if _, err := Regional(strings.NewReader(index), offer); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", offer, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"publicationDate":"2026-11-01T00:00:00Z","products":{},"terms":{"OnDemand":{}}}`)
	f.Add(`{"products":{"A":{"attributes":{"attributes":{}}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Read(strings.NewReader(text), Wanted{Committed: true})
		if err == nil && list.Published.IsZero() {
			t.Error("a list without a date")
		}
		_ = NewDocuments(wanted).Add(text)
	})
}
