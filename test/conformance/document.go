package conformance

import (
	"fmt"
	"strings"
)

// Marks in the document, between which the tables are written.
const (
	beginMark = "<!-- requirements, written by go generate -->"
	endMark   = "<!-- end of requirements -->"
)

// Document puts the tables of the requirements into a document, between its
// marks.
func Document(text string) (string, error) {
	before, rest, ok := strings.Cut(text, beginMark)
	_, after, ended := strings.Cut(rest, endMark)
	if !ok || !ended {
		return "", fmt.Errorf("the document lacks the marks %s and %s", beginMark, endMark)
	}
	tables, err := tables()
	if err != nil {
		return "", err
	}
	return before + beginMark + "\n\n" + tables + endMark + after, nil
}

func tables() (string, error) {
	sections, err := Requirements()
	if err != nil {
		return "", err
	}
	proofs, err := proofs()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(summary(sections) + "\n\n")
	for _, s := range sections {
		fmt.Fprintf(&b, "### %s\n\n| id | strength | source | requirement | status |\n|---|---|---|---|---|\n", s.Title)
		for _, r := range s.Requirements {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.ID, r.Strength, r.Source, r.Text, r.status(proofs[r.ID]))
		}
		b.WriteString("\n")
	}
	return b.String(), nil
}

// summary counts what is done.
func summary(sections []Section) string {
	done, limited, leftOut := 0, 0, 0
	for _, s := range sections {
		for _, r := range s.Requirements {
			switch {
			case r.LeftOut != "":
				leftOut++
			case r.Limit != "":
				limited++
			default:
				done++
			}
		}
	}
	return fmt.Sprintf("%d requirements are met, %d more with a limit that is named, %d are left out.", done, limited, leftOut)
}

// proofs are the rows and invariants that name each requirement.
func proofs() (map[string][]string, error) {
	groups, err := Groups()
	if err != nil {
		return nil, err
	}
	found := map[string][]string{}
	for _, i := range Invariants() {
		for _, id := range i.Requirements {
			found[id] = append(found[id], "every answer: "+i.Name)
		}
	}
	for _, g := range groups {
		for _, row := range g.Rows {
			for _, id := range row.Requirements {
				found[id] = append(found[id], "["+row.Name+"](../test/conformance/rows/"+g.Name+".http)")
			}
		}
	}
	return found, nil
}

// shownProofs is how many proofs the table names; more say no more.
const shownProofs = 4

// status says whether a requirement is met, and by what.
func (r *Requirement) status(proofs []string) string {
	if r.LeftOut != "" {
		return "**left out**: " + r.LeftOut
	}
	more := ""
	if n := len(proofs) - shownProofs; n > 0 {
		proofs, more = proofs[:shownProofs], fmt.Sprintf(" and %d more", n)
	}
	words := append([]string{}, proofs...)
	for _, t := range r.Tests {
		words = append(words, "`"+t.Package+" "+t.Name+"`")
	}
	status := "done: " + strings.Join(words, ", ") + more
	if r.Limit != "" {
		status += ". Limit: " + r.Limit
	}
	return status
}
