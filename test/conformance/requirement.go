package conformance

import (
	_ "embed" // of the list of requirements
	"fmt"
	"regexp"
	"strings"
)

//go:embed requirements.txt
var requirementList string

// Section is one part of the requirements.
type Section struct {
	Title        string
	Requirements []Requirement
}

// Requirement is one demand and what proves that it is met, beside the rows and
// invariants that name it.
type Requirement struct {
	ID       string
	Strength string // MUST, SHOULD, MAY, 1.1 or OURS
	Source   string
	Text     string
	Tests    []Test // Go tests outside of the table
	Limit    string // what is missing, "" for nothing
	LeftOut  string // why it is not done, "" when it is
}

// Test is a Go test: the folder of its package, from the root, and its name.
type Test struct{ Package, Name string }

var (
	requirementLine = regexp.MustCompile(`^([A-Z]-\d+) \| (MUST|SHOULD|MAY|1\.1|OURS) \| ([^|]+) \| ([^|]+)$`)
	proofLine       = regexp.MustCompile(`^  (test|limit|left out): (.+)$`)
)

// Requirements reads the list of requirements.
func Requirements() ([]Section, error) {
	var sections []Section
	for i, line := range strings.Split(requirementList, "\n") {
		if err := addRequirement(&sections, line); err != nil {
			return nil, fmt.Errorf("requirements.txt:%d: %w", i+1, err)
		}
	}
	return sections, nil
}

func addRequirement(sections *[]Section, line string) error {
	if title, ok := strings.CutPrefix(line, "## "); ok {
		*sections = append(*sections, Section{Title: title})
		return nil
	}
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if len(*sections) == 0 {
		return fmt.Errorf("%q stands before all sections", line)
	}
	list := &(*sections)[len(*sections)-1].Requirements
	if m := requirementLine.FindStringSubmatch(line); m != nil {
		*list = append(*list, Requirement{ID: m[1], Strength: m[2], Source: m[3], Text: m[4]})
		return nil
	}
	m := proofLine.FindStringSubmatch(line)
	if m == nil || len(*list) == 0 {
		return fmt.Errorf("%q is no requirement", line)
	}
	r := &(*list)[len(*list)-1]
	switch m[1] {
	case "limit":
		r.Limit = m[2]
	case "left out":
		r.LeftOut = m[2]
	case "test":
		pkg, name, ok := strings.Cut(m[2], " ")
		if !ok {
			return fmt.Errorf("%q names no test", line)
		}
		r.Tests = append(r.Tests, Test{pkg, name})
	}
	return nil
}
