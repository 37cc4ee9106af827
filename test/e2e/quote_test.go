package e2e

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const asJSON = "application/json"

// amount is money as the gateway writes it.
type amount struct{ Amount, Currency string }

// quoted is what tests read of a quote.
type quoted struct {
	ID, Location string
	Comparable   int
	Wish         json.RawMessage
	Rejected     []struct {
		Reason string
		Count  int
	}
	Rejections []struct{ Account, Size, Reason, Text string }
	Candidates []quotedCandidate
	MadeAt     string `json:"made_at"`
	Expires    string `json:"expires_at"`
}

type quotedCandidate struct {
	Place       int
	Account     string
	Size        struct{ ID string }
	Hour, Month amount
	Sample      bool
	Rate        *struct {
		From, To, Rate, Date, Source string
		Sample                       bool
	}
	Parts []quotedPart
	Why   string
}

type quotedPart struct {
	Meter     string
	SKU       string `json:"sku_price_id"`
	UnitPrice amount `json:"unit_price"`
	Zero      string `json:"zero_because"`
	Unit      string
	Quantity  string
	Amount    amount
	Source    string
	Observed  string `json:"observed_at"`
	Age       int64  `json:"age_seconds"`
	Sample    bool
}

func (p *Program) quote(t *testing.T, query, wish string) (q quoted) {
	t.Helper()
	p.decode(t, p.Must(t, http.StatusOK, "POST", "/quotes"+query, wish, "Content-Type", asJSON), &q)
	return q
}

// startQuotes runs two clouds of the demo, of which all is known.
func startQuotes(t *testing.T) *Program {
	t.Helper()
	p := StartTwo(t, "100ms")
	p.Eventually(t, "all sizes known", func() bool {
		return p.quote(t, "", `{}`).Comparable == 20 // 15 for x64 with a price at Amazon, 5 in the private cloud whose disk holds the image
	})
	return p
}

// TestQuote compares two clouds by sums that are worked out by hand:
//
//	private m1.medium, 2 cores, 4 GiB, with 40 GiB that are charged, in EUR:
//	    2 cores x 730 h x 0.009 = 13.14        4 GiB x 730 h x 0.0035 = 10.22
//	    40 GiB x 0.06           =  2.40        1 address x 730 h x 0.003 = 2.19
//	    50 of the first 1000 GB of egress are free          sum 27.95
//	amazon t3.medium, 2 cores, 4 GiB, in USD at 1.10 for a euro:
//	    730 h x 0.0456 = 33.288    40 GiB x 0.088 = 3.52    730 h x 0.005 = 3.65
//	    50 of the first 100 GB of egress are free           sum 40.458 = 36.78 EUR
//
// The account's default image is for x64, so that the cheaper t4g.medium is none.
func TestQuote(t *testing.T) {
	p := startQuotes(t)
	q := p.quote(t, "", `{"cores": 2, "memory": 4, "disk": 40, "egress": 50, "addresses": 1}`)
	if got, want := string(q.Wish), `{"cores":2,"memory":4,"disk":40,"os":"linux","hours":730,"egress":50,"addresses":1,"category":"Standard","currency":"EUR"}`; got != want {
		t.Errorf("the wish is %s, want %s", got, want)
	}
	// Of 28 sizes 9 are too small (7 at Amazon, 2 in the private cloud), 3 of another
	// architecture than the default image, and 2 that are large enough have no price.
	if q.Comparable != 14 || len(q.Candidates) != 14 {
		t.Errorf("%d of %d candidates are shown", len(q.Candidates), q.Comparable)
	}
	if got, want := fmt.Sprint(q.Rejected), "[{capability 9} {architecture 3} {no_price 2}]"; got != want {
		t.Errorf("rejected: %s, want %s", got, want)
	}
	first, second := q.Candidates[0], q.Candidates[1]
	sums := []any{first.Account, first.Size.ID, first.Hour, first.Month, second.Account, second.Size.ID, second.Hour, second.Month}
	if diff := cmp.Diff([]any{
		"private", "m1.medium", amount{"0.038288", "EUR"}, amount{"27.95", "EUR"}, // 27.95 / 730 = 0.03828767
		"amazon", "t3.medium", amount{"0.050384", "EUR"}, amount{"36.78", "EUR"}, // 36.78 / 730 = 0.05038356
	}, sums); diff != "" {
		t.Error(diff)
	}
	const usd = "samples/ec2.yaml"
	for i := range second.Parts {
		if second.Parts[i].Age < 300*86400 {
			t.Errorf("a price of January is %d s old", second.Parts[i].Age)
		}
		second.Parts[i].Age = 0
	}
	if diff := cmp.Diff([]quotedPart{
		{"Compute Usage", "Compute Usage/t3.medium/linux/Standard", amount{"0.0456", "USD"}, "", "Hours", "730", amount{"33.288", "USD"}, usd, "2026-01-01T00:00:00Z", 0, true},
		{"Block Volume Usage", "Block Volume Usage/Standard", amount{"0.088", "USD"}, "", "GiB-Months", "40", amount{"3.52", "USD"}, usd, "2026-01-01T00:00:00Z", 0, true},
		{"IP Address Usage", "IP Address Usage/Standard", amount{"0.005", "USD"}, "", "Hours", "730", amount{"3.65", "USD"}, usd, "2026-01-01T00:00:00Z", 0, true},
		{"Data Transfer", "Data Transfer/Standard", amount{"0", "USD"}, "free tier", "GB", "50", amount{"0", "USD"}, usd, "2026-01-01T00:00:00Z", 0, true},
	}, second.Parts); diff != "" {
		t.Error(diff)
	}
	if r := second.Rate; r == nil || r.Rate != "0.9090909091" || r.Date != "2026-01-02" || !r.Sample || !second.Sample {
		t.Errorf("converted at %+v", r)
	}
	if !strings.HasPrefix(first.Why, "8.83 EUR a month less: ") || q.Candidates[13].Why != "" {
		t.Errorf("the first is the first because %q, the last because %q", first.Why, q.Candidates[13].Why)
	}
}

// TestQuotePages goes through all candidates and all rejections.
func TestQuotePages(t *testing.T) {
	p := startQuotes(t)
	const wish = `{"cores": 1, "hours": 100, "currency": "USD"}`
	whole := p.quote(t, "", wish)
	if whole.Comparable != 20 || len(whole.Candidates) != 20 {
		t.Fatalf("%d of %d are shown", len(whole.Candidates), whole.Comparable)
	}
	var paged []quotedCandidate
	for page, size := range []int{8, 8, 4, 0} {
		q := p.quote(t, "?all=true&number=8&page="+strconv.Itoa(page+1), wish)
		if len(q.Candidates) != size || q.Comparable != 20 {
			t.Errorf("page %d has %d of %d", page+1, len(q.Candidates), q.Comparable)
		}
		paged = append(paged, q.Candidates...)
	}
	for i, c := range paged {
		if c.Place != i+1 || (c.Size != whole.Candidates[i].Size || c.Month != whole.Candidates[i].Month) {
			t.Errorf("place %d: %d, %s", i+1, c.Place, c.Size.ID)
		}
	}
	left := p.quote(t, "?rejected=true", wish).Rejections
	if len(left) != 8 || left[1].Reason != "no_price" || left[1].Size != "g4dn.xlarge" || left[1].Text != "nobody has said what it costs" ||
		left[0].Reason != "architecture" || left[0].Size != "c6g.large" || !strings.Contains(left[0].Text, `than the account's default image "debian-12-amd64-`) {
		t.Errorf("rejections: %+v", left)
	}
	const small = `has 512 MiB of memory and a disk of 1024 MiB, the image "debian-12-genericcloud-amd64" needs 512 and 2048`
	if last := left[len(left)-1]; last.Reason != "capability" || last.Size != "m1.tiny" || last.Text != small {
		t.Errorf("what is too small for the image: %+v", last)
	}
	a := p.Must(t, http.StatusOK, "POST", "/quotes?all=true&number=1000", wish, "Content-Type", asJSON, "Accept", "text/csv")
	rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	if err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") || a.Header.Get("X-Total-Count") != "20" {
		t.Fatalf("%v, %v", a.Header, err)
	}
	cost, sample := slices.Index(rows[0], "x_MonthlyCost"), slices.Index(rows[0], "x_Sample")
	if cost < 0 || sample < 0 || slices.Index(rows[0], "SkuPriceId") < 0 || slices.Index(rows[0], "ListUnitPrice") < 0 {
		t.Fatalf("columns %v", rows[0])
	}
	if rows[1][cost] != whole.Candidates[0].Month.Amount || rows[1][sample] != "true" {
		t.Errorf("first row: %v", rows[1])
	}
}

// TestQuoteIsLookedUp finds under its id what a quote has promised.
func TestQuoteIsLookedUp(t *testing.T) {
	p := startQuotes(t)
	q := p.quote(t, "", `{"cores": 4, "memory": 8, "max_price_hour": 0.2}`)
	var again struct {
		quoted
		Offers []struct {
			Account, Size string
			Hour, Month   amount
			Holds         bool
			Now           amount `json:"month_now"`
		}
	}
	p.decode(t, p.Must(t, http.StatusOK, "GET", q.Location+"?rejected=true&number=3", ""), &again)
	if again.ID != q.ID || again.MadeAt != q.MadeAt || again.Expires != q.Expires || !slices.Equal(again.Wish, q.Wish) || len(again.Rejections) != 3 {
		t.Errorf("%+v is not %+v", again, q)
	}
	if len(again.Offers) != len(q.Candidates) {
		t.Fatalf("%d offers of %d candidates", len(again.Offers), len(q.Candidates))
	}
	for i, o := range again.Offers {
		if c := q.Candidates[i]; o.Account != c.Account || o.Size != c.Size.ID || o.Month != c.Month || o.Hour != c.Hour || !o.Holds || o.Now != c.Month {
			t.Errorf("%d: %+v", i, o)
		}
	}
	p.Must(t, http.StatusOK, "HEAD", q.Location, "")
	p.Must(t, http.StatusNotFound, "GET", q.Location+"x", "")
	p.Must(t, http.StatusNotFound, "GET", "/quotes/5", "")
}

// TestQuoteRefusals asks wrongly in every way that HTTP has.
func TestQuoteRefusals(t *testing.T) {
	p := StartTwo(t, "100ms")
	for _, c := range []struct {
		method, path, body string
		headers            []string
		status             int
		says               string
	}{
		{"GET", "/quotes", "", nil, 405, "these are: POST"},
		{"HEAD", "/quotes/", "", nil, 405, ""},
		{"PUT", "/quotes", "{}", nil, 405, "these are: POST"},
		{"DELETE", "/quotes/5", "", nil, 405, "these are: GET, HEAD"},
		{"POST", "/quotes/5", "{}", []string{"Content-Type", asJSON}, 405, "these are: GET, HEAD"},
		{"POST", "/quotes", "{}", nil, 415, "Content-Type: application/json"},
		{"POST", "/quotes", "cores=2", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "Content-Type: application/json"},
		{"POST", "/quotes", "{}", []string{"Content-Type", asJSON, "Accept", "image/png"}, 406, "application/json, text/csv"},
		{"POST", "/quotes", `{"coers": 2}`, []string{"Content-Type", asJSON}, 400, "/coers: there is no such member, known are"},
		{"POST", "/quotes", `{"hours": 745}`, []string{"Content-Type", asJSON}, 400, "hours must be from 0 to 744, not 745"},
		{"POST", "/quotes?all=yes", "{}", []string{"Content-Type", asJSON}, 400, "all must be true or false"},
		{"POST", "/quotes?page=0", "{}", []string{"Content-Type", asJSON}, 400, "page must be a whole number"},
		{"POST", "/quotes", strings.Repeat(" ", 9<<20), []string{"Content-Type", asJSON}, 413, "larger than"},
	} {
		a := p.Do(t, c.method, c.path, c.body, c.headers...)
		if a.Status != c.status || !strings.Contains(a.Body, c.says) {
			t.Errorf("%s %s: status %d, want %d with %q\n%s", c.method, c.path, a.Status, c.status, c.says, a.Body)
		}
	}
	a := p.Must(t, 400, "POST", "/quotes", `{"cores": 0.5}`, "Content-Type", asJSON, "Accept", asJSON)
	if !json.Valid([]byte(a.Body)) || !strings.Contains(a.Body, "/cores: want a whole number") {
		t.Errorf("in JSON: %s", a.Body)
	}
	if a := p.Must(t, 200, "OPTIONS", "/quotes", ""); a.Header.Get("Allow") != "POST, OPTIONS" {
		t.Errorf("Allow: %s", a.Header.Get("Allow"))
	}
}
