package providertest

import (
	"os"
	"strings"
	"testing"
)

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
