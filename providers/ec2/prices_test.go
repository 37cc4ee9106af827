package ec2_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/ec2"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/awsprices"
	cloudsim "occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
)

const offerIndex = "/offers/v1.0/aws/index.json"

// priced makes a provider of an account whose settings say where prices are.
func priced(t *testing.T, region string, prices ...string) providers.PriceLister {
	t.Helper()
	text := fmt.Sprintf("region: %s\naccess_key_id: %s\nsecret_access_key: %s\nprices:\n", region, cloudsim.ExampleAccessKeyID, cloudsim.ExampleSecretAccessKey)
	for _, line := range prices {
		text += "  " + line + "\n"
	}
	return providertest.Build[*ec2.Provider](t, ec2.New, text, surroundings())
}

// published starts a server of price lists.
func published(t *testing.T, o awsprices.Options) (*awsprices.Server, string) {
	t.Helper()
	lists := awsprices.New(o)
	server := httptest.NewServer(lists)
	t.Cleanup(server.Close)
	return lists, server.URL
}

func readAll(t *testing.T, p providers.PriceLister) (all []providers.Price) {
	t.Helper()
	for _, s := range p.PriceSources() {
		list, err := p.Prices(t.Context(), s.Name, "")
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		if list.Unchanged || list.Location == "" || list.Edition == "" || len(list.Digest) != 64 || list.Observed.IsZero() {
			t.Errorf("%s: %q of %q, digest %q, observed %s", s.Name, list.Edition, list.Location, list.Digest, list.Observed)
		}
		all = append(all, list.Prices...)
	}
	return all
}

func TestNoPricesAreAskedForByDefault(t *testing.T) {
	if sources := priced(t, "us-east-1", "from: none").PriceSources(); len(sources) != 0 {
		t.Errorf("%+v", sources)
	}
}

func TestPublishedPriceLists(t *testing.T) {
	lists, url := published(t, awsprices.Options{})
	p := priced(t, "us-east-1", "from: url", "url: "+url+offerIndex)
	sources := p.PriceSources()
	discounted := priced(t, "us-east-1", "from: url", "discount: 7.5").PriceSources()
	if len(discounted) != 3 || discounted[0].Discount != 75_000 {
		t.Errorf("%+v", discounted)
	}
	if len(sources) != 3 || sources[0].Name != "AmazonEC2" || sources[0].Every != 24*time.Hour || sources[0].Local || sources[0].Key == sources[1].Key {
		t.Errorf("%+v", sources)
	}
	first, err := p.Prices(t.Context(), "AmazonEC2", "")
	if err != nil || len(first.Prices) != 12*8+6 || time.Since(first.Observed) > time.Minute || first.Region != "us-east-1" {
		t.Fatalf("%d prices, observed %s, %v", len(first.Prices), first.Observed, err)
	}
	same, err := p.Prices(t.Context(), "AmazonEC2", first.Edition)
	if err != nil || !same.Unchanged || same.Edition != first.Edition || same.Observed.Before(first.Observed) || same.Prices != nil {
		t.Errorf("%+v, %v", same, err)
	}
	lists.Publish(awsprices.Offers(awsprices.List{Types: 12, Published: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Factor: 1100})...)
	next, err := p.Prices(t.Context(), "AmazonEC2", first.Edition)
	if err != nil || next.Unchanged || next.Edition == first.Edition || next.Digest == first.Digest || next.Prices[0].Amount.Equal(first.Prices[0].Amount) {
		t.Errorf("after a change: %+v, %v", next.Edition, err)
	}
	want := map[string]int{"index 200": 3, "regions 200": 3, "list 200": 2, "list 304": 1}
	if diff := cmp.Diff(want, lists.Calls()); diff != "" {
		t.Error(diff)
	}
}

// TestAllWaysSayTheSame reads the same prices by HTTP, from a copied folder, from
// one copied file and by the Pricing API.
func TestAllWaysSayTheSame(t *testing.T) {
	list := awsprices.List{Types: 5, Reserved: true}
	_, url := published(t, awsprices.Options{Lists: awsprices.Offers(list)})
	want := readAll(t, priced(t, "us-east-1", "from: url", "url: "+url+offerIndex, "committed: true"))
	if len(want) < 5*8*7 {
		t.Fatalf("%d prices", len(want))
	}
	folder := mirrored(t, url, awsprices.Offers(list))
	copied := priced(t, "us-east-1", "from: files", "path: "+folder, "committed: true")
	if !copied.PriceSources()[0].Local {
		t.Error("files are not local")
	}
	if diff := cmp.Diff(want, readAll(t, copied)); diff != "" {
		t.Errorf("the folder:\n%s", diff)
	}
	single := filepath.Join(t.TempDir(), "ec2.json")
	write(t, single, list)
	one := priced(t, "us-east-1", "from: files", "path: "+single, "committed: true", "offers: [AmazonEC2]")
	if got := readAll(t, one); len(got) != 5*8*7+6 {
		t.Errorf("the file: %d prices", len(got))
	}
	_, api := priceAPI(t, awsprices.Offers(list)...)
	if diff := cmp.Diff(want, readAll(t, priced(t, "us-east-1", "from: api", "endpoint: "+api, "committed: true"))); diff != "" {
		t.Errorf("the API:\n%s", diff)
	}
}

// mirrored copies what a server publishes into a folder.
func mirrored(t *testing.T, url string, lists []awsprices.List) string {
	t.Helper()
	folder := t.TempDir()
	paths := []string{offerIndex}
	for _, l := range lists {
		paths = append(paths, "/offers/v1.0/aws/"+l.Offer+"/current/region_index.json")
		name := filepath.Join(folder, "offers/v1.0/aws", l.Offer, "20261101120000", "us-east-1", "index.json")
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		write(t, name, l)
	}
	for _, path := range paths {
		answer, err := http.Get(url + path)
		must(t, err)
		var text bytes.Buffer
		_, err = text.ReadFrom(answer.Body)
		must(t, errors.Join(err, answer.Body.Close()))
		name := filepath.Join(folder, filepath.FromSlash(path))
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, text.Bytes(), 0o600))
	}
	return folder
}

func write(t *testing.T, name string, l awsprices.List) {
	t.Helper()
	var text bytes.Buffer
	must(t, l.Write(&text))
	must(t, os.WriteFile(name, text.Bytes(), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func priceAPI(t *testing.T, lists ...awsprices.List) (*fault.Plan, string) {
	t.Helper()
	var documents []string
	for _, l := range lists {
		documents = append(documents, l.Documents()...)
	}
	plan := &fault.Plan{}
	server := httptest.NewServer(cloudsim.New(cloudsim.Options{Products: documents, Faults: plan}))
	t.Cleanup(server.Close)
	return plan, server.URL
}

// TestCopiesAreAsOldAsTheyAre holds that reading a file again makes nothing new.
func TestCopiesAreAsOldAsTheyAre(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ec2.json")
	date := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	write(t, file, awsprices.List{Types: 1, Published: date})
	p := priced(t, "us-east-1", "from: files", "path: "+file, "offers: [AmazonEC2]")
	first, err := p.Prices(t.Context(), "AmazonEC2", "")
	if err != nil || !first.Observed.Equal(date) {
		t.Fatalf("observed %s, %v", first.Observed, err)
	}
	again, err := p.Prices(t.Context(), "AmazonEC2", first.Edition)
	if err != nil || !again.Unchanged || !again.Observed.Equal(date) {
		t.Errorf("%+v, %v", again, err)
	}
	write(t, file, awsprices.List{Types: 2, Published: date.AddDate(0, 1, 0)})
	next, err := p.Prices(t.Context(), "AmazonEC2", first.Edition)
	if err != nil || next.Unchanged || !next.Observed.Equal(date.AddDate(0, 1, 0)) {
		t.Errorf("%+v, %v", next.Observed, err)
	}
}

func TestChina(t *testing.T) {
	_, url := published(t, awsprices.Options{Partition: "cn", Lists: awsprices.Offers(awsprices.List{Types: 1, Region: "cn-north-1", Currency: "CNY"})})
	for _, price := range readAll(t, priced(t, "cn-north-1", "from: url", "url: "+url+"/offers/v1.0/cn/index.json")) {
		if price.Currency != "CNY" {
			t.Fatalf("%+v", price)
		}
	}
}

// TestListsThatCannotBeRead holds that no part of a list is ever taken for all.
func TestListsThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		fault fault.Fault
		kind  error
		says  string
	}{
		"cut":        {fault.Fault{Kind: fault.Cut, Call: "list"}, providers.ErrUnavailable, "breaks off"},
		"cut index":  {fault.Fault{Kind: fault.Cut, Call: "index"}, providers.ErrUnavailable, "breaks off"},
		"a page":     {fault.Fault{Kind: fault.Body, Call: "list", Body: "<html>"}, providers.ErrUnavailable, "/us-east-1/index.json: byte"},
		"empty":      {fault.Fault{Kind: fault.Body, Call: "regions", Body: "{}"}, providers.ErrUnavailable, "us-east-1 is not among the regions"},
		"another":    {fault.Fault{Kind: fault.Body, Call: "list", Body: `{"offerCode":"AmazonS3","publicationDate":"2026-11-01T00:00:00Z","products":{"A":{"sku":"A"}}}`}, providers.ErrUnavailable, `the list is of "AmazonS3"`},
		"useless":    {fault.Fault{Kind: fault.Body, Call: "list", Body: `{"offerCode":"AmazonEC2","publicationDate":"2026-11-01T00:00:00Z","products":{"A":{"sku":"A"}}}`}, providers.ErrUnavailable, "no price that could be used in us-east-1"},
		"elsewhere":  {fault.Fault{Kind: fault.Body, Call: "index", Body: `{"offers":{"AmazonEC2":{"currentRegionIndexUrl":"https://example.org/x"}}}`}, providers.ErrUnavailable, "not on its host"},
		"not there":  {fault.Fault{Kind: fault.Status, Call: "index", Status: 403}, providers.ErrNotFound, "no price list at"},
		"overloaded": {fault.Fault{Kind: fault.Status, Call: "list", Status: 429, RetryAfter: 7 * time.Second}, providers.ErrThrottled, "429"},
		"broken":     {fault.Fault{Kind: fault.Status, Call: "list", Status: 500}, providers.ErrUnavailable, "500"},
	} {
		plan := &fault.Plan{}
		_, url := published(t, awsprices.Options{Faults: plan})
		p := priced(t, "us-east-1", "from: url", "url: "+url+offerIndex)
		plan.Set(c.fault)
		list, err := p.Prices(t.Context(), "AmazonEC2", "")
		if providers.Kind(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.says) || list.Prices != nil {
			t.Errorf("%s: %v, want %v that says %q; %d prices", name, err, c.kind, c.says, len(list.Prices))
		}
		if c.fault.RetryAfter != providers.RetryAfter(err) {
			t.Errorf("%s: to wait %s", name, providers.RetryAfter(err))
		}
	}
	missing := priced(t, "us-east-1", "from: files", "path: /nowhere")
	if _, err := missing.Prices(t.Context(), "AmazonEC2", ""); providers.Kind(err) != providers.ErrUnavailable || !strings.Contains(err.Error(), "/nowhere/offers") {
		t.Errorf("no folder: %v", err)
	}
	if _, err := missing.Prices(t.Context(), "AmazonS3", ""); providers.Kind(err) != providers.ErrInvalid {
		t.Errorf("no such source: %v", err)
	}
}

func TestPricingAPI(t *testing.T) {
	plan, url := priceAPI(t, awsprices.Offers(awsprices.List{Types: 20})...)
	p := priced(t, "us-east-1", "from: api", "endpoint: "+url, "offers: [AmazonEC2]")
	plan.Set(fault.Fault{Kind: fault.PageSize, Call: "GetProducts", Size: 7})
	first, err := p.Prices(t.Context(), "AmazonEC2", "")
	if err != nil || len(first.Prices) != 20*8+6 || time.Since(first.Observed) > time.Minute {
		t.Fatalf("%d prices, %v", len(first.Prices), err)
	}
	// 160 used instances and 6 kinds of storage, seven a page.
	if calls := plan.Calls()["GetProducts"]; calls != 23+1 {
		t.Errorf("%d calls", calls)
	}
	plan.Clear()
	if same, err := p.Prices(t.Context(), "AmazonEC2", first.Edition); err != nil || !same.Unchanged {
		t.Errorf("%+v, %v", same, err)
	}
	for _, c := range []struct {
		fault fault.Fault
		kind  error
	}{
		{fault.Fault{Kind: fault.Body, Body: ""}, providers.ErrUnavailable},
		{fault.Fault{Kind: fault.Body, Body: "<html>"}, providers.ErrUnavailable},
		{fault.Fault{Kind: fault.Body, Body: `{"PriceList":["{\"product\":[]}"]}`, ContentType: "application/x-amz-json-1.1"}, providers.ErrUnavailable},
		{fault.Fault{Kind: fault.Status, Status: 400, Code: "ThrottlingException"}, providers.ErrThrottled},
		{fault.Fault{Kind: fault.Status, Status: 400, Code: "AccessDeniedException"}, providers.ErrDenied},
	} {
		plan.Set(c.fault)
		list, err := p.Prices(t.Context(), "AmazonEC2", "")
		if providers.Kind(err) != c.kind || list.Prices != nil {
			t.Errorf("%+v: %d prices, %v, want %v", c.fault, len(list.Prices), err, c.kind)
		}
	}
}

func TestSpotPrices(t *testing.T) {
	plan := &fault.Plan{}
	server := httptest.NewServer(cloudsim.New(cloudsim.Options{Faults: plan}))
	t.Cleanup(server.Close)
	text := fmt.Sprintf("region: us-east-1\nendpoint: %s\naccess_key_id: %s\nsecret_access_key: %s\nsizes: [\"t3.*\"]\nprices: {spot: true}\n",
		server.URL, cloudsim.ExampleAccessKeyID, cloudsim.ExampleSecretAccessKey)
	p := providertest.Build[*ec2.Provider](t, ec2.New, text, surroundings())
	sources := p.PriceSources()
	if len(sources) != 1 || sources[0].Key != "" || sources[0].Every != 15*time.Minute {
		t.Fatalf("%+v", sources)
	}
	plan.Set(fault.Fault{Kind: fault.PageSize, Call: "DescribeSpotPriceHistory", Size: 7})
	list, err := p.Prices(t.Context(), sources[0].Name, "")
	types := 5 // t3.nano, micro, small, medium, large
	if err != nil || len(list.Prices) != types*3*4 {
		t.Fatalf("%d prices, %v", len(list.Prices), err)
	}
	at := slices.IndexFunc(list.Prices, func(x providers.Price) bool {
		return x.Item == "t3.micro" && x.Zone == "us-east-1b" && x.OS == "linux"
	})
	// 1 GiB in the second zone: 0.0031 and a tenth.
	if x := list.Prices[at]; x.Amount.String() != "0.00341" || x.Category != providers.PriceDynamic || x.Currency != "USD" || x.ValidFrom.IsZero() {
		t.Errorf("%+v", x)
	}
	plan.Set(fault.Fault{Kind: fault.Edit, Find: `<spotPrice>[^<]*<`, Body: "<spotPrice>cheap<"})
	if _, err := p.Prices(t.Context(), "spot", ""); providers.Kind(err) != providers.ErrUnavailable || !strings.Contains(err.Error(), `"cheap" is no price`) {
		t.Errorf("%v", err)
	}
}

func TestPriceSettings(t *testing.T) {
	for lines, says := range map[string]string{
		"from: web":                              `prices.from must be none, url, files or api, not "web"`,
		"url: https://x":                         "prices.url belongs to prices.from: url",
		"from: url\n  path: /x":                  "prices.path belongs to prices.from: files",
		"from: url\n  endpoint: https://x":       "prices.endpoint belongs to prices.from: api",
		"from: url\n  url: ftp://x/":             "prices.url must be an http or https URL",
		"from: api\n  endpoint: https://a:b@x/":  "prices.endpoint must be an http or https URL",
		"from: files":                            "prices.path is missing",
		"from: files\n  path: /x.json":           "prices.offers must name which one",
		"from: url\n  offers: [A, A]":            "prices.offers names one twice",
		"from: url\n  every: 1s":                 "at least one minute",
		"from: url\n  discount: 100":             `prices.discount must be a percentage`,
		"from: url\n  discount: 1.00001":         "prices.discount",
		"from: url\n  discount: -1":              "prices.discount",
		"form: url":                              "form",
		"from: url\n  commited: true":            "commited",
		"from: url\n  spot: maybe":               "",
		"from: files\n  path: [/x]":              "",
		"from: url\n  offers: [AmazonEC2, spot]": "prices.offers",
	} {
		text := "region: us-east-1\naccess_key_id: a\nsecret_access_key: b\nprices:\n  " + lines + "\n"
		_, err := ec2.New(providertest.Settings(text), surroundings())
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", lines, err, says)
		}
	}
}
