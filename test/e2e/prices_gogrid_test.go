package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"occigate/test/cloudsim/gogrid"
	"occigate/translate"
)

// TestPricesOfImages has a cloud that tells what its images cost. That of the image is
// a part of the quote, also where it is the account's default:
//
//	1GB 730 h x 0.19 = 138.70, Windows with SQL Server 730 h x 0.125 = 91.25; sum 229.95 USD
//
// and the machine that is made at the quote costs that: 0.19 and 0.125 an hour.
func TestPricesOfImages(t *testing.T) {
	grid := gogrid.New(gogrid.Options{})
	grid.Seed()
	server := httptest.NewServer(grid)
	t.Cleanup(server.Close)
	p := serve(t, file(t, fmt.Sprintf(`
store: {embedded: {path: DIR/x.db}}
prices: {samples: true}
refresh: {fast: 200ms, least: 200ms}
accounts:
  - name: grid
    cloud: gogrid
    rate: {per_second: 1000, burst: 1000}
    settings:
      endpoint: %s/api
      api_key: demo-key
      secret: demo-secret
      datacenter: US-West-1
      default_image: windows2008r2_64_sql
      image_prices: USD`, server.URL)))
	const small = `"cores": 1, "memory": 1, "hours": 730, "currency": "USD"`
	var found quoted
	p.Eventually(t, "the prices of images", func() bool {
		found = p.quote(t, "", `{`+small+`, "image": "windows 2008"}`)
		return found.Comparable > 0 && len(found.Candidates[0].Parts) == 2
	})
	for _, wish := range []string{`{` + small + `, "image": "windows 2008"}`, `{` + small + `, "os": "windows"}`} {
		q := p.quote(t, "", wish)
		if q.Comparable == 0 {
			t.Fatalf("%s: %+v", wish, q.Rejected)
		}
		if best := q.Candidates[0]; best.Month != (amount{"229.95", "USD"}) || best.Parts[1].Meter != "Image Usage" ||
			best.Parts[1].UnitPrice != (amount{"0.125", "USD"}) || best.Parts[1].Quantity != "730" || !strings.Contains(best.Parts[1].Source, "grid/image/list") || best.Parts[1].Sample {
			t.Errorf("%s: %+v", wish, best)
		}
	}
	// A zero says nothing there, so that CentOS is not free, and Windows not at the price of Linux.
	for wish, reason := range map[string]string{`{` + small + `, "image": "centos"}`: "no_image_price", `{` + small + `}`: "image"} {
		if q := p.quote(t, "?rejected=true", wish); q.Comparable != 0 || q.Rejected[len(q.Rejected)-1].Reason != reason {
			t.Errorf("%s: %d, %+v", wish, q.Comparable, q.Rejected)
		}
	}
	why := p.place(t, onSky("desk", map[string]any{translate.AttrPlacementQuote: found.ID}))
	if why.Chosen.Month != (amount{"229.95", "USD"}) || why.Chosen.Image == "" {
		t.Errorf("%+v", why.Chosen)
	}
	var costs struct {
		Lines []struct {
			Of, Title string
			Hour      amount
		}
	}
	p.State(t, why.Compute, "active")
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/costs?currency=USD&lines=all&number=1000", ""), &costs)
	of := map[string]amount{}
	for _, l := range costs.Lines {
		if l.Title == "desk" {
			of[l.Of] = l.Hour
		}
	}
	if len(of) != 2 || of["Compute Usage"] != (amount{"0.19", "USD"}) || of["Image Usage"] != (amount{"0.125", "USD"}) {
		t.Errorf("the machine costs %v", of)
	}
}
