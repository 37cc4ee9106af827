package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/test/cloudsim/awsprices"
	"occigate/test/cloudsim/ec2"
	"occigate/test/servers"
)

// TestPricesOfTheCloud has two gateways of one store quote what AWS's price lists
// say, for two accounts of one region; the lists are got once.
//
//	t3.micro with Linux: 730 h x 0.0104 = 7.592; 20 GiB of gp3 x 0.09 = 1.80;
//	an address: 730 h x 0.005 = 3.65; sum 13.042 USD
func TestPricesOfTheCloud(t *testing.T) {
	cloud := httptest.NewServer(ec2.New(ec2.Options{}))
	t.Cleanup(cloud.Close)
	other := httptest.NewServer(ec2.New(ec2.Options{Account: "999999999999"}))
	t.Cleanup(other.Close)
	lists := awsprices.New(awsprices.Options{})
	published := httptest.NewServer(lists)
	t.Cleanup(published.Close)
	var text strings.Builder
	fmt.Fprintf(&text, "store: {redis: {addresses: [%q]}}\naccounts:", servers.Redis(t).Address)
	for i, url := range []string{cloud.URL, other.URL} {
		fmt.Fprintf(&text, `
  - name: account%d
    cloud: ec2
    settings:
      region: us-east-1
      endpoint: %s
      access_key_id: %s
      secret_access_key: %s
      prices: {from: url, url: "%s/offers/v1.0/aws/index.json"}`, i, url, ec2.ExampleAccessKeyID, ec2.ExampleSecretAccessKey, published.URL)
	}
	config := file(t, text.String())
	for range 2 {
		p := Start(t, nil, "serve", "--config", config, "--listen", "127.0.0.1:0")
		var found []quotedCandidate
		p.Eventually(t, "all prices of both accounts", func() bool { // the lists come one after the other
			q := p.quote(t, "?all=true", `{"cores": 2, "memory": 1, "disk": 20, "addresses": 1, "currency": "USD"}`)
			found = slices.DeleteFunc(q.Candidates, func(c quotedCandidate) bool { return c.Size.ID != "t3.micro" })
			return len(found) == 2 && lists.Calls()["list 200"] == 3
		})
		first := found[0]
		if diff := cmp.Diff(amount{"13.04", "USD"}, first.Month); diff != "" {
			t.Error(diff)
		}
		for _, part := range first.Parts {
			if !strings.HasPrefix(part.Source, published.URL+"/offers/v1.0/aws/A") || part.Age > 3600 || part.Sample {
				t.Errorf("%+v", part)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"index 200": 3, "regions 200": 3, "list 200": 3}, lists.Calls()); diff != "" {
		t.Errorf("calls of two gateways with two accounts:\n%s", diff)
	}
}

// TestPagesOfPrices reads the prices of one cloud page by page, and all at once.
func TestPagesOfPrices(t *testing.T) {
	type price struct {
		ID   string `json:"sku_price_id"`
		Tier int64  `json:"tier_start"`
	}
	p := startQuotes(t)
	read := func(page, size int) (prices []price, total string) {
		a := p.Must(t, http.StatusOK, "GET", fmt.Sprintf("/prices?cloud=ec2&region=eu-west-1&page=%d&number=%d", page, size), "", "Accept", "application/json")
		var doc struct{ Prices []price }
		p.decode(t, a, &doc)
		return doc.Prices, a.Header.Get("X-Total-Count")
	}
	all, total := read(1, 10000)
	if len(all) < 10 || total != strconv.Itoa(len(all)) {
		t.Fatalf("%d prices of %s", len(all), total)
	}
	const size = 7
	var seen []price
	for page := 1; len(seen) < len(all); page++ {
		some, n := read(page, size)
		if len(some) != min(size, len(all)-len(seen)) || n != total {
			t.Fatalf("%d prices on page %d, of %s in all, want %s", len(some), page, n, total)
		}
		seen = append(seen, some...)
	}
	if !slices.Equal(seen, all) {
		t.Error("the pages together are not the whole")
	}
	if none, n := read(1_000_000, size); none == nil || len(none) != 0 || n != total {
		t.Errorf("past the end: %v of %s, want an empty list", none, n)
	}
}
