package providertest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

const page2 = `# Clouds

<!-- operations -->
|  | Old | New |
|---|---|---|
| resize | yes | yes |
| forgotten | yes | yes |
<!-- end of operations -->
<!-- promises -->
<!-- end of promises -->
<!-- New -->
* stale
<!-- end of New -->
`

// allYes is a report of a cloud that can do all, but for the cases named.
func allYes(but map[string]outcome) *Report {
	r := newReport()
	r.cost = &Cost{}
	for _, tc := range suite() {
		r.seen[tc.name] = outcome{result: works}
		if o, there := but[tc.name]; there {
			r.seen[tc.name] = o
		}
	}
	return r
}

func TestPageIsWritten(t *testing.T) {
	seen := merge([]*Report{
		allYes(map[string]outcome{"resize": {lacks, "Resizer"}}),
		allYes(map[string]outcome{"identity names the account": {differs, "it has no accounts"}}),
	})
	seen.power[providers.PowerOff], seen.power[providers.PowerStart], seen.cold = true, true, true
	about := About{Cloud: "New", Page: "7 rows", Token: "a tag", Missing: map[string]string{"Resizer": "too old", "ImageSaver": "too old"}}
	got, err := about.written(page2, seen)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| resize | yes | - |",
		"| create a server | ? | yes |",
		"| power, every operation that a server offers | ? | start, off |",
		"| assign addresses | ? | yes, when stopped |",
		"| identity names the account | differs |",
		"* Pages: 7 rows.\n",
		"* No ImageSaver, Resizer: too old.\n",
		"* Differs in \"identity names the account\": it has no accounts.\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("there is no %q in\n%s", line, got)
		}
	}
	if strings.Contains(got, "forgotten") || strings.Contains(got, "stale") {
		t.Errorf("what the suite does not know is still there:\n%s", got)
	}
	again, err := about.written(got, seen)
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Errorf("written twice: %v\n%s", err, diff)
	}
	if _, err := (About{Cloud: "Other"}).written(page2, seen); err == nil {
		t.Error("a page without a section of the cloud is taken")
	}
}

func TestReportOfAPartIsNotWhole(t *testing.T) {
	r := allYes(nil)
	if !r.whole() {
		t.Error("a whole run is not taken for one")
	}
	delete(r.seen, "resize")
	if r.whole() {
		t.Error("a part of a run is taken for a whole one")
	}
}

func TestCostInWords(t *testing.T) {
	for want, c := range map[string]struct {
		cost  Cost
		paged bool
	}{
		"one call": {},
		"one call a page, one more when the last page is full, 1 beside": {Cost{Endless: true, Beside: 1}, true},
		"one call, 2 beside": {Cost{Beside: 2}, false},
	} {
		if got := c.cost.words(c.paged); got != want {
			t.Errorf("%+v: %q, want %q", c.cost, got, want)
		}
	}
}
