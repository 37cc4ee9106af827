package conformance

import (
	"bufio"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"occigate/test/e2e"
)

// TestDocument checks that docs/occi.md is what go generate makes of the table
// and the requirements.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/occi.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Document(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if want != string(text) {
		t.Error("docs/occi.md is not up to date: run go generate ./test/conformance")
	}
}

// TestRequirements checks that every requirement is either proved or left out,
// and that what proves it exists.
func TestRequirements(t *testing.T) {
	sections, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := proofs()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range sections {
		for _, r := range s.Requirements {
			if seen[r.ID] {
				t.Errorf("%s is there twice", r.ID)
			}
			seen[r.ID] = true
			proved := len(proofs[r.ID])+len(r.Tests) > 0
			if proved == (r.LeftOut != "") {
				t.Errorf("%s has to be either proved or left out: rows %v, tests %v, left out %q", r.ID, proofs[r.ID], r.Tests, r.LeftOut)
			}
			for _, test := range r.Tests {
				if !exists(t, test) {
					t.Errorf("%s: there is no %s in %s", r.ID, test.Name, test.Package)
				}
			}
		}
	}
	for id, by := range proofs {
		if !seen[id] {
			t.Errorf("%v prove %s, which is no requirement", by, id)
		}
	}
}

// exists reports whether a Go test is there.
func exists(t *testing.T, test Test) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", test.Package, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declaration := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(test.Name) + `\(`)
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return declaration.Match(text)
	})
}

// TestRowNames checks that a row can be found by its name.
func TestRowNames(t *testing.T) {
	groups, err := Groups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		seen := map[string]bool{}
		for _, row := range g.Rows {
			if seen[row.Name] {
				t.Errorf("%s has two rows %s", g.Name, row.Name)
			}
			seen[row.Name] = true
		}
	}
}

// TestSpelling reads an answer as it is on the wire, since Go's client spells
// all headers its own way.
func TestSpelling(t *testing.T) {
	p := e2e.Start(t, nil, "demo", "--listen", "127.0.0.1:0")
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET /compute/ HTTP/1.0\r\nAccept: text/occi\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	var names []string
	for scanner := bufio.NewScanner(conn); scanner.Scan() && scanner.Text() != ""; {
		name, _, _ := strings.Cut(scanner.Text(), ":")
		names = append(names, name)
	}
	if !slices.Contains(names, "X-OCCI-Location") {
		t.Errorf("the headers are %q", names)
	}
}
