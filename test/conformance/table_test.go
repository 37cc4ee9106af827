package conformance

import (
	"strings"
	"testing"
)

const goodRow = "=== a-row | H-1\nGET /\n\n--- 200\n"

func TestBrokenRows(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"no requirement", "=== a-row |\nGET /\n\n--- 200\n", "line 1"},
		{"no title", "GET /\n\n--- 200\n", "line 1"},
		{"no request", "=== a-row | H-1\n", "line 1"},
		{"a method without a path", "=== a-row | H-1\nGET\n\n--- 200\n", "line 2"},
		{"a header that is none", "=== a-row | H-1\nGET /\nAccept\n\n--- 200\n", "line 3"},
		{"no status", "=== a-row | H-1\nGET /\n\n--- ok\n", "line 4"},
		{"an unknown check", goodRow + "? what\n", "line 5"},
		{"a row that ends too early", goodRow + "=== b-row | H-1\nGET /\n", "line 6"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := parseRows(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// TestChecksFail holds every kind of check to an answer that it must refuse,
// and to one that it must not.
func TestChecksFail(t *testing.T) {
	cases := []struct{ check, good, bad string }{
		{"= a${n=}b\n= c", "a1b\nc", "a1b"},
		{"=", "", "OK"},
		{"+ a...", "b\nabc", "b\nba"},
		{"+ ${known}", "b\nx.y", "xzy"},
		{"- a...", "b\nc", "b\nabc"},
		{"~ b", "a b c", "a c"},
		{`@ /a/0/b "x..."`, `{"a":[{"b":"xyz"}]}`, `{"a":[{"b":"yz"}]}`},
		{`@ /a 1`, `{"a":1}`, `{"a":2}`},
		{`@ /a [1,"b"]`, `{"a":[1,"b"]}`, `{"b":1}`},
		{`! /a`, `{}`, `{"a":null}`},
		{`! /a/1`, `{"a":[0]}`, `no JSON`},
	}
	for _, c := range cases {
		t.Run(c.check, func(t *testing.T) {
			rows, err := parseRows(goodRow + c.check + "\n")
			if err != nil {
				t.Fatal(err)
			}
			if wrong := rows[0].Answer.check(&Answer{Status: 200, Body: c.good}, Names{"known": "x.y"}); wrong != nil {
				t.Errorf("%q is refused: %v", c.good, wrong)
			}
			if rows[0].Answer.check(&Answer{Status: 200, Body: c.bad}, Names{"known": "x.y"}) == nil {
				t.Errorf("%q is taken", c.bad)
			}
		})
	}
}

// TestInvariantsFail holds every invariant to an answer that breaks it alone.
func TestInvariantsFail(t *testing.T) {
	good := func() *Answer {
		return &Answer{200, map[string][]string{"Server": {"x OCCI/1.1 OCCI/1.2 OCCI-CRTP/1.1"}, "Content-Type": {"text/plain; charset=utf-8"}}, ""}
	}
	broken := map[string]func(*Answer){
		"server names the versions":                 func(a *Answer) { a.Header.Set("Server", "x OCCI/1.2") },
		"there is a content type":                   func(a *Answer) { a.Header.Del("Content-Type") },
		"lines end in LF, the last one in nothing":  func(a *Answer) { a.Header.Set("Content-Type", "text/uri-list"); a.Body = "http://a\n" },
		"text lines follow the grammar":             func(a *Answer) { a.Body = `X-OCCI-Attribute: occi.compute.memory=1e+06` },
		"one header line per name":                  func(a *Answer) { a.Header["Link"] = []string{"", ""} },
		"header lines follow the grammar":           func(a *Answer) { a.Header.Set("Content-Type", "text/occi"); a.Header.Set("Category", "compute") },
		"locations are absolute":                    func(a *Answer) { a.Header.Set("Location", "/compute/1") },
		"actions have neither location nor actions": func(a *Answer) { a.Body = `Category: a; scheme="http://b/c#"; class="action"; location="/a/"` },
		"no client meets an unknown status":         func(a *Answer) { a.Status = 202 },
	}
	for _, i := range Invariants() {
		t.Run(i.Name, func(t *testing.T) {
			if err := i.broken(good()); err != nil {
				t.Error(err)
			}
			a := good()
			broken[i.Name](a)
			if i.broken(a) == nil {
				t.Errorf("holds for %+v", a)
			}
		})
	}
}
