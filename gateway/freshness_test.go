package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// account has listed its servers and volumes some time ago; negative is never.
func account(uid string, servers, volumes time.Duration) inventory.Status {
	at := func(ago time.Duration) time.Time {
		if ago < 0 {
			return time.Time{}
		}
		return noon.Add(-ago)
	}
	return inventory.Status{UID: uid, Parts: []inventory.Part{
		{Name: "servers", Kinds: []inventory.Kind{inventory.KindServer}, Observed: at(servers)},
		{Name: "volumes", Kinds: []inventory.Kind{inventory.KindVolume}, Observed: at(volumes)},
	}}
}

// failing gives a part of an account a problem that began a minute ago.
func failing(a inventory.Status, part int, kind error) inventory.Status {
	p := &a.Parts[part]
	p.Problem, p.Kind, p.Since, p.Next = "its words", kind, noon.Add(-time.Minute), noon.Add(time.Minute)
	return a
}

func TestFreshnessOf(t *testing.T) {
	const since, until = "Thu, 26 Nov 2026 11:59:00 GMT", "Thu, 26 Nov 2026 12:01:00 GMT"
	cases := []struct {
		name     string
		accounts []inventory.Status
		want     []string
	}{
		{"no accounts", nil, nil},
		{"fresh", []inventory.Status{account("a", 5*time.Second, 70*time.Second)}, []string{"Age: 5"}},
		{"seen by a clock that is ahead", []inventory.Status{failing(account("a", 0, 0), 1, nil)}, []string{"Age: 0"}},
		{"the oldest counts", []inventory.Status{account("a", 5*time.Second, 0), account("b", 90*time.Second, 0)}, []string{"Age: 90", "X-Occigate-Ages: b=90, a=5"}},
		{"nothing known", []inventory.Status{failing(account("a", -1, 0), 0, nil)}, []string{"X-Occigate-Incomplete: a: its words"}},
		{
			"stale",
			[]inventory.Status{failing(account("a", 90*time.Second, 0), 0, providers.ErrUnavailable), account("b", 0, 0), failing(account("c", -1, 0), 0, nil)},
			[]string{"X-Occigate-Stale: a since " + since + ": its words", "X-Occigate-Incomplete: c: its words", "Age: 90", "X-Occigate-Ages: a=90, b=0"},
		},
		{"stale in what is not shown", []inventory.Status{failing(account("a", 9*time.Second, 0), 1, providers.ErrUnavailable)}, []string{"Age: 9"}},
		{
			"throttled",
			[]inventory.Status{failing(account("a", 9*time.Second, 0), 0, providers.ErrThrottled)},
			[]string{"X-Occigate-Stale: a since " + since + ": its words", "X-Occigate-Throttled: a until " + until, "Age: 9"},
		},
		{
			"refused",
			[]inventory.Status{failing(account("a", -1, -1), 0, providers.ErrDenied)},
			[]string{"X-Occigate-Incomplete: a: its words", "X-Occigate-Refused: a since " + since},
		},
	}
	for _, c := range cases {
		s := scope{kinds: []inventory.Kind{inventory.KindServer}}
		var got []string
		for _, l := range freshnessOf(s.standings(c.accounts), noon) {
			got = append(got, l.name+": "+l.value)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q\nwant\n%q", c.name, got, c.want)
		}
	}
}

// TestManyFailing keeps the headers within what proxies take.
func TestManyFailing(t *testing.T) {
	var accounts []inventory.Status
	for i := range 60 {
		a := failing(account(fmt.Sprintf("account-%d", i), time.Minute, 0), 0, providers.ErrThrottled)
		a.Parts[0].Problem = strings.Repeat("many words ", 100)
		accounts = append(accounts, a)
	}
	size := 0
	for _, l := range freshnessOf(scope{kinds: allKinds}.standings(accounts), noon) {
		size += len(l.name) + len(l.value) + 4
	}
	if size > 8<<10 {
		t.Errorf("%d bytes of headers", size)
	}
}

func TestStandingsOfOneAccount(t *testing.T) {
	accounts := []inventory.Status{account("a", 0, 0), account("b", 0, time.Second)}
	both := []inventory.Kind{inventory.KindServer, inventory.KindVolume}
	if list := (scope{uid: "b", kinds: both}).standings(accounts); len(list) != 1 || list[0].uid != "b" || !list[0].observed.Equal(noon.Add(-time.Second)) {
		t.Errorf("%+v, want b as old as its volumes", list)
	}
	if list := (scope{kinds: []inventory.Kind{inventory.KindNetwork}}).standings(accounts); len(list) != 0 {
		t.Errorf("%+v, want none that has no networks", list)
	}
}

func TestTellDemanded(t *testing.T) {
	list := scope{kinds: []inventory.Kind{inventory.KindServer}}.standings([]inventory.Status{
		account("young", time.Second, 0), account("old", time.Minute, 0),
		failing(account("sick", time.Second, 0), 0, nil), failing(account("new", -1, 0), 0, nil),
	})
	since := noon.Add(-10 * time.Second)
	for _, c := range []struct {
		d                     demand
		fresh, older, lacking string
	}{
		{demand{limited: true}, "young", "old", "old sick new"},
		{demand{}, "", "", "sick new"},
	} {
		h := http.Header{}
		var lacking []string
		for _, s := range tellDemanded(h, list, c.d, since) {
			lacking = append(lacking, s.uid)
		}
		if h.Get(freshHeader) != c.fresh || h.Get(olderHeader) != c.older || strings.Join(lacking, " ") != c.lacking {
			t.Errorf("%+v: %v, lacking %v", c.d, h, lacking)
		}
	}
}

func TestInsufficient(t *testing.T) {
	list := scope{kinds: []inventory.Kind{inventory.KindServer}}.standings([]inventory.Status{
		account("old", time.Minute, 0), failing(account("sick", time.Second, 0), 0, nil), failing(account("new", -1, 0), 0, nil),
	})
	p := problemOf(insufficient(list, noon))
	const want = "not every cloud is as fresh as the request wants: old was seen 60 s ago; " +
		"sick is stale since Thu, 26 Nov 2026 11:59:00 GMT: its words; new is not complete: its words"
	if p.status != http.StatusServiceUnavailable || p.retry != 61 || p.message != want {
		t.Errorf("%d, retry after %d: %s", p.status, p.retry, p.message)
	}
}
