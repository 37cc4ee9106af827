package gateway

import (
	"math"
	"net/http"
	"testing"
	"time"
)

func TestDemandOf(t *testing.T) {
	const ever = math.MaxInt32 * time.Second
	cases := []struct {
		name          string
		cache, prefer []string
		want          demand
	}{
		{"nothing said", nil, nil, demand{}},
		{"an age", []string{"max-age=30"}, nil, demand{limited: true, age: 30 * time.Second}},
		{"as new as can be", []string{"no-cache"}, nil, demand{limited: true}},
		{"the stricter of both", []string{"max-age=30, no-cache"}, nil, demand{limited: true}},
		{"upper case, blanks, empty elements", []string{" , MAX-AGE=30 ,,"}, nil, demand{limited: true, age: 30 * time.Second}},
		{"the second line", []string{"no-transform", "max-age=30"}, nil, demand{limited: true, age: 30 * time.Second}},
		{"quoted", []string{`max-age="30"`}, nil, demand{limited: true, age: 30 * time.Second}},
		{"the first counts", []string{"max-age=30, max-age=5"}, nil, demand{limited: true, age: 30 * time.Second}},
		{"for ever", []string{"max-age=99999999999999999999999"}, nil, demand{limited: true, age: ever}},
		{"in quotes of another", []string{`x="a, no-cache, b", y="\", no-cache"`}, nil, demand{}},
		{"a negative age", []string{"max-age=-1"}, nil, demand{}},
		{"a fraction", []string{"max-age=1.5"}, nil, demand{}},
		{"a word", []string{"max-age=soon"}, nil, demand{}},
		{"no age", []string{"max-age"}, nil, demand{}},
		{"an open quote", []string{`max-age="30`}, nil, demand{}},
		{"others", []string{"max-stale=5, min-fresh=3, only-if-cached, no-store"}, nil, demand{}},

		{"a wait", nil, []string{"wait=10"}, demand{wait: 10 * time.Second}},
		{"strict", nil, []string{"handling=strict"}, demand{strict: true}},
		{"lenient", nil, []string{"handling=lenient"}, demand{}},
		{"the first of two", nil, []string{"handling=lenient", "handling=strict"}, demand{}},
		{"both on one line", nil, []string{"respond-async, wait=10, handling=strict"}, demand{wait: 10 * time.Second, strict: true}},
		{"on two", nil, []string{`wait="10"; foo="a;b,c"`, "Handling = Strict"}, demand{wait: 10 * time.Second, strict: true}},
		{"unknown ones", nil, []string{`return=minimal; wait=3, foo="handling=strict, wait=4"`}, demand{}},
		{"a malformed wait", nil, []string{"wait=long, handling=strict"}, demand{strict: true}},
		{"nothing behind the sign", nil, []string{"wait=, handling="}, demand{}},
		{"all", []string{"max-age=0"}, []string{"wait=1, handling=strict"}, demand{true, 0, time.Second, true}},
	}
	for _, c := range cases {
		if got := demandOf(http.Header{"Cache-Control": c.cache, "Prefer": c.prefer}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
