package providertest

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

//go:generate go test -count=1 -p=1 -run=^TestConformance$ ../... -args update

// page of all clouds, from the folder of an adapter.
const cloudsPage = "../../docs/clouds.md"

// About is what people want to know of a cloud beside what the suite sees.
type About struct {
	Cloud string // as the tables call it

	Page  string // how many rows a page of servers has, and who says so
	Token string // where our token is kept, by kind

	// Missing says why the adapter has not an ability, by its name in
	// [providers]. What is missing must be here, and nothing else.
	Missing map[string]string
}

// Document holds the cloud's column and section of docs/clouds.md to what the
// runs saw. With the argument "update" it writes them. Runs of a part of the
// suite, and failed ones, say nothing of the page.
func Document(t *testing.T, about About, runs ...*Report) {
	t.Helper()
	seen := merge(runs)
	if t.Failed() || !seen.whole() {
		return
	}
	about.check(t, seen)
	text, err := os.ReadFile(cloudsPage)
	if err != nil {
		t.Fatal(err)
	}
	was := string(text)
	is, err := about.written(was, seen)
	switch {
	case err != nil:
		t.Fatalf("%s: %v", cloudsPage, err)
	case is == was:
	case slices.Contains(flag.Args(), "update"):
		if err := os.WriteFile(cloudsPage, []byte(is), 0o644); err != nil { //nolint:gosec // it is a page for all
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what was seen, run go generate ./providers/providertest: (-) page, (+) seen\n%s", cloudsPage, cmp.Diff(strings.Split(was, "\n"), strings.Split(is, "\n")))
	}
}

// check compares what is missing with what is said of it.
func (a About) check(t *testing.T, seen *Report) {
	t.Helper()
	said := slices.Sorted(maps.Keys(a.Missing))
	if diff := cmp.Diff(seen.missing, said, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("abilities that are missing (-) and that About.Missing gives a reason for (+):\n%s", diff)
	}
}

// written puts the cloud's parts into the page.
func (a About) written(page string, seen *Report) (string, error) {
	operations, promises := seen.columns()
	parts := []struct {
		mark string
		make func(old string) string
	}{
		{"operations", func(old string) string { return withColumn(old, a.Cloud, operations) }},
		{"promises", func(old string) string { return withColumn(old, a.Cloud, promises) }},
		{a.Cloud, func(string) string { return a.section(seen) }},
	}
	for _, part := range parts {
		begin, end := "<!-- "+part.mark+" -->\n", "<!-- end of "+part.mark+" -->\n"
		before, rest, found := strings.Cut(page, begin)
		old, after, ended := strings.Cut(rest, end)
		if !found || !ended {
			return "", fmt.Errorf("there is no part between %q and %q", begin, end)
		}
		page = before + begin + part.make(old) + end + after
	}
	return page, nil
}

// withColumn gives the table with one cloud's column put in place. Rows are
// those of the suite; what the page does not have of other clouds yet is "?".
func withColumn(table, cloud string, column []row) string {
	heads, cells := parsed(table)
	if !slices.Contains(heads, cloud) {
		heads = append(heads, cloud)
	}
	var b strings.Builder
	line := func(first string, rest []string) {
		b.WriteString("| " + strings.Join(append([]string{first}, rest...), " | ") + " |\n")
	}
	line("", heads)
	b.WriteString(strings.Repeat("|---", len(heads)+1) + "|\n")
	for _, r := range column {
		line(r.name, mapped(heads, func(head string) string {
			switch old := cells[[2]string{r.name, head}]; {
			case head == cloud:
				return r.cell
			case old != "":
				return old
			}
			return "?"
		}))
	}
	return b.String()
}

// parsed reads a table: the heads of its columns but the first, and the cells
// by the name of the row and the head of the column.
func parsed(table string) (heads []string, cells map[[2]string]string) {
	cells = map[[2]string]string{}
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		fields := mapped(strings.Split(strings.Trim(line, "| "), "|"), strings.TrimSpace)
		switch {
		case line == "" || i == 1:
		case i == 0:
			heads = fields
		default:
			for k, head := range heads {
				if k+1 < len(fields) {
					cells[[2]string{fields[0], head}] = fields[k+1]
				}
			}
		}
	}
	return heads, cells
}

func mapped[A, B any](all []A, f func(A) B) []B {
	out := make([]B, len(all))
	for i, a := range all {
		out[i] = f(a)
	}
	return out
}

// section is what is said of one cloud.
func (a About) section(seen *Report) string {
	var b strings.Builder
	item := func(format string, args ...any) { fmt.Fprintf(&b, "* "+format+"\n", args...) }
	item("Pages: %s.", a.Page)
	item("A listing of servers costs %s.", seen.cost.words(seen.paged))
	item("Our token: %s.", a.Token)
	for _, why := range slices.Compact(slices.Sorted(maps.Values(a.Missing))) {
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(a.Missing)), func(name string) bool { return a.Missing[name] != why })
		item("No %s: %s.", strings.Join(names, ", "), why)
	}
	for _, tc := range suite() {
		if o := seen.seen[tc.name]; o.result == differs {
			item("Differs in \"%s\": %s.", tc.name, o.text)
		}
	}
	return b.String()
}

// words say a cost.
func (c *Cost) words(paged bool) string {
	text := "one call"
	if paged {
		text = "one call a page"
	}
	if c.Endless {
		text += ", one more when the last page is full"
	}
	if c.Beside > 0 {
		text += fmt.Sprintf(", %d beside", c.Beside)
	}
	if c.PerServer > 0 {
		text += fmt.Sprintf(" and, where the cloud tells no more than it must, %d for each server, at most %d at the same time", c.PerServer, c.Parallel)
	}
	return text
}
