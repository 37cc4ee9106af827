package providertest

import (
	std "cmp"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/internal/condition"
)

// HoldTables compares tables of a document, by their marks, with those that a
// package works by.
func HoldTables(t testing.TB, path string, tables map[string]map[string]string) {
	t.Helper()
	for mark, want := range tables {
		if diff := cmp.Diff(want, DocumentTable(t, path, mark)); diff != "" {
			t.Errorf("%s: the document (+) differs from the code (-):\n%s", mark, diff)
		}
	}
}

// Words is a table as a document has it. What a word has nothing for is said to be
// left out.
func Words[K, V ~string](m map[K]V) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[string(k)] = std.Or(string(v), "left out")
	}
	return out
}

// Lists is a table of several things each as a document has it; what has none is
// not in it.
func Lists[K, V ~string](m map[K][]V) map[string]string {
	out := map[string]string{}
	for k, list := range m {
		if len(list) > 0 {
			out[string(k)] = strings.Join(mapped(list, func(v V) string { return string(v) }), ", ")
		}
	}
	return out
}

// Conditions are the two tables that a document has of one of conditions: what
// state each word is, and what is legal in it.
func Conditions(table condition.Table) (states, power map[string]string) {
	is, can := map[string]providers.State{}, map[string][]providers.PowerOp{}
	for word, c := range table {
		is[word], can[word] = c.State, c.Power
	}
	return Words(is), Lists(can)
}

// DocumentTable reads a table of a document in Markdown, so that a test can
// compare it with what it describes: the one that follows the line <!-- mark
// -->. It maps each row's first cell to its second; code marks around a cell
// are taken off.
func DocumentTable(t testing.TB, path, mark string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "<!-- "+mark+" -->\n")
	if !ok {
		t.Fatalf("%s has no table %s", path, mark)
	}
	rows := map[string]string{}
	for i, line := range strings.Split(strings.TrimLeft(rest, "\n"), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			break
		}
		if i >= 2 { // after the head and its rule
			rows[cell(cells[1])] = cell(cells[2])
		}
	}
	if len(rows) == 0 {
		t.Fatalf("%s: the table %s is empty", path, mark)
	}
	return rows
}

func cell(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "`", "") }
