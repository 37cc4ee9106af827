package fault

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTake(t *testing.T) {
	var p Plan
	if _, ok := p.Take(Hang, "List"); ok {
		t.Error("an empty plan struck")
	}
	p.Set(
		Fault{Kind: Status, Status: 503, Call: "List", Times: 2},
		Fault{Kind: Status, Status: 500},
	)
	steps := []struct {
		kind Kind
		call string
		want int // status, 0 for no fault
	}{
		{Hang, "List", 0},
		{Status, "Create", 500},
		{Status, "List", 503},
		{Status, "List", 503},
		{Status, "List", 500},
		{Status, "List", 500},
	}
	for i, s := range steps {
		if f, _ := p.Take(s.kind, s.call); f.Status != s.want {
			t.Errorf("step %d: %s on %s gives %d, want %d", i, s.kind, s.call, f.Status, s.want)
		}
	}
	p.Clear()
	if _, ok := p.Take(Status, "List"); ok {
		t.Error("a cleared plan struck")
	}
}

func TestSkipLetsCallsPass(t *testing.T) {
	var p Plan
	p.Set(Fault{Kind: Status, Status: 500, Call: "List", Skip: 2, Times: 1}, Fault{Kind: Status, Status: 503, Skip: 3})
	for i, want := range []int{0, 0, 500, 0, 503, 503} {
		if f, _ := p.Take(Status, "List"); f.Status != want {
			t.Errorf("call %d gives %d, want %d", i, f.Status, want)
		}
	}
}

func TestFaultsShowTimesLeft(t *testing.T) {
	var p Plan
	p.Set(Fault{Kind: Hang, Times: 3})
	p.Add(Fault{Kind: Shuffle})
	p.Take(Hang, "any")
	want := []Fault{{Kind: Hang, Times: 2}, {Kind: Shuffle}}
	if diff := cmp.Diff(want, p.Faults()); diff != "" {
		t.Error(diff)
	}
}

func TestSetPanicsOnMistakes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	new(Plan).Set(Fault{Kind: "latencyy"})
}

func TestJSON(t *testing.T) {
	f := Fault{
		Kind: Status, Call: "RunInstances", Times: 3, After: true, Status: 503,
		Code: "RequestLimitExceeded", RetryAfter: 1500 * time.Millisecond, Body: "slow down",
	}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"status","call":"RunInstances","times":3,"after":true,"status":503,` +
		`"code":"RequestLimitExceeded","retry_after":"1.5s","body":"slow down"}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	var back Fault
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back); diff != "" {
		t.Error(diff)
	}
}

func TestJSONRefusals(t *testing.T) {
	for text, want := range map[string]string{
		`{"kind":"slow"}`:                                    "unknown kind",
		`{"kind":"hang","tims":1}`:                           "tims",
		`{"kind":"latency"}`:                                 "needs a delay",
		`{"kind":"lag"}`:                                     "needs a delay",
		`{"kind":"status"}`:                                  "needs an HTTP status",
		`{"kind":"status","status":999}`:                     "needs an HTTP status",
		`{"kind":"edit"}`:                                    "needs a regular expression",
		`{"kind":"edit","find":"("}`:                         "needs a regular expression",
		`{"kind":"hang","skip":-1}`:                          "negative",
		`{"kind":"pagesize"}`:                                "needs a size",
		`{"kind":"hang","times":-1}`:                         "negative",
		`{"kind":"latency","delay":2}`:                       "delay",
		`{"kind":"latency","delay":"2 moons"}`:               "moons",
		`null`:                                               "unknown kind",
		`{"kind":"body","size":-1}`:                          "negative",
		`{"kind":"status","status":503,"retry_after":"-1s"}`: "negative",
	} {
		var f Fault
		if err := json.Unmarshal([]byte(text), &f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want one with %q", text, err, want)
		}
	}
}

func TestRows(t *testing.T) {
	ages := []time.Duration{50, 40, 30, 20, 10} // rows are their own ages
	age := func(d time.Duration) time.Duration { return d }
	for name, c := range map[string]struct {
		faults []Fault
		want   []time.Duration
	}{
		"none":             {nil, ages},
		"of another call":  {[]Fault{{Kind: Vanish, Call: "Other"}}, ages},
		"lag":              {[]Fault{{Kind: Lag, Delay: 25}}, []time.Duration{50, 40, 30}},
		"vanish all":       {[]Fault{{Kind: Vanish}}, []time.Duration{}},
		"vanish two":       {[]Fault{{Kind: Vanish, Size: 2}}, []time.Duration{30, 20, 10}},
		"vanish too many":  {[]Fault{{Kind: Vanish, Size: 9}}, []time.Duration{}},
		"duplicate one":    {[]Fault{{Kind: Duplicate}}, []time.Duration{50, 40, 30, 20, 10, 50}},
		"duplicate two":    {[]Fault{{Kind: Duplicate, Size: 2}}, []time.Duration{50, 40, 30, 20, 10, 50, 40}},
		"several together": {[]Fault{{Kind: Duplicate}, {Kind: Vanish, Size: 4}}, []time.Duration{10, 10}},
	} {
		var p Plan
		p.Set(c.faults...)
		if diff := cmp.Diff(c.want, Rows(&p, "List", ages, age)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRowsShuffle(t *testing.T) {
	rows := make([]int, 100)
	for i := range rows {
		rows[i] = i
	}
	var p Plan
	p.Set(Fault{Kind: Shuffle})
	got := Rows(&p, "List", rows, func(int) time.Duration { return 0 })
	if cmp.Equal(rows, got) {
		t.Error("100 rows kept their order")
	}
	sum := 0
	for _, n := range got {
		sum += n
	}
	if sum != 4950 || rows[0] != 0 || rows[99] != 99 {
		t.Error("rows were lost, or the slice passed in was changed")
	}
}
