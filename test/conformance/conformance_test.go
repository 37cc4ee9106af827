package conformance

import (
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"occigate/test/e2e"
)

// TestConformance carries out the table against the whole program, each group
// against one of its own.
func TestConformance(t *testing.T) {
	groups, err := Groups()
	if err != nil {
		t.Fatal(err)
	}
	all := schemas(t)
	for _, g := range groups {
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			p := e2e.StartTwo(t, "100ms")
			r := &runner{p, all, builtIn(p.URL)}
			for i := range g.Rows {
				t.Run(g.Rows[i].Name, func(t *testing.T) { r.row(t, &g.Rows[i]) })
			}
		})
	}
}

// runner carries out the rows of one group.
type runner struct {
	program *e2e.Program
	schemas map[string]*jsonschema.Schema
	names   Names
}

func (r *runner) row(t *testing.T, row *Row) {
	t.Helper()
	path, body := r.expand(t, row.Path), r.expand(t, row.Body)
	var headers []string
	for _, h := range row.Headers {
		headers = append(headers, h[0], r.expand(t, h[1]))
	}
	var a *Answer
	var wrong []error
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		got := r.program.Do(t, row.Method, path, body, headers...)
		a = &Answer{got.Status, got.Header, got.Body}
		wrong = row.Answer.check(a, r.names)
		if len(wrong) == 0 || !row.Answer.Eventually || time.Now().After(end) {
			break
		}
	}
	for _, err := range wrong {
		t.Error(err)
	}
	for _, i := range Invariants() {
		if err := i.broken(a); err != nil {
			t.Errorf("%s: %v", i.Name, err)
		}
	}
	validate(t, r.schemas, row, strings.TrimPrefix(path, r.program.URL), body, a)
	if t.Failed() {
		t.Logf("%s %s %.300q\n%d %v\n%.2000s", row.Method, path, body, a.Status, a.Header, a.Body)
	}
}

func (r *runner) expand(t *testing.T, text string) string {
	t.Helper()
	out, err := r.names.expand(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
